import { ViridianError } from '../error.ts'
import type { Mask } from '../events/mask.ts'
import type { JournalRecord, RecordOf } from './record.ts'

/**
 * A record as a journal may hold it. Where a result held a secret, that is noted: it cannot be given back.
 *
 * @throws ViridianError `E_SECRET_INPUT` of a change whose undo could not read its input any more
 */
export function maskedRecord(mask: Mask, record: JournalRecord): JournalRecord {
  const masked = mask.deep(record)
  if (masked.kind === 'step.intended') return intended(mask, masked)
  if (record.kind !== 'step.done' || masked.kind !== 'step.done' || masked.output === record.output)
    return masked
  return { ...masked, masked: true }
}

/** Of its input, numbers and names of members may be secrets too. */
function intended(mask: Mask, record: RecordOf<'step.intended'>): JournalRecord {
  const input = mask.json(record.input)
  if (input === record.input) return record
  if (record.type !== 'change') return { ...record, input }
  throw new ViridianError(
    'E_SECRET_INPUT',
    `${record.title}: a number or a member's name in its input is a secret, which no journal holds: it could not be undone`,
    { hint: 'let the step take where the secret is, or take it as text', refused: true },
  )
}
