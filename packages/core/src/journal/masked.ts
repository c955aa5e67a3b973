import type { Mask } from '../events/mask.ts'
import type { JournalRecord } from './record.ts'

/** A record as a journal may hold it. Where a result held a secret, that is noted: it cannot be given back. */
export function maskedRecord(mask: Mask, record: JournalRecord): JournalRecord {
  const masked = mask.deep(record)
  if (record.kind !== 'step.done' || masked.kind !== 'step.done' || masked.output === record.output)
    return masked
  return { ...masked, masked: true }
}
