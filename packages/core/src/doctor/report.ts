import type { ErrorPlace, ErrorReport } from '../error.ts'
import type { Verdict } from './check.ts'

/** The check that says whether the task file can be read at all. */
export const loading = 'task-file/loads'

/** A finding as `tasks doctor --json` prints it, one a line: every member is always there. */
export interface CheckLine {
  readonly kind: 'check'
  /** The check's name: `aws/caller`. */
  readonly check: string
  readonly group: string
  /** `skipped`: it could not be looked at without opening the stage, as only a run does. */
  readonly verdict: Verdict | 'skipped'
  readonly says: string
  readonly hint: string | null
  readonly place: ErrorPlace | null
  /** What the check has thrown. */
  readonly error: ErrorReport | null
  /** How long the check took, in milliseconds. */
  readonly ms: number
}
