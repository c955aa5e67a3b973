import type { HostSpec } from '../remote/transport.ts'
import type { JournalRecord, RecordOf } from './record.ts'

/** What a journal says of one step. */
export interface StepHistory {
  readonly intent: RecordOf<'step.intended'>
  readonly outcome?: RecordOf<'step.done'> | RecordOf<'step.failed'>
  readonly undone?: RecordOf<'step.undone'>
  /**
   * True once the run has come to keep its way back open, or to its commit, with the step done: what was checked for what
   * came in between is not checked again, and what was there then may be gone since.
   */
  readonly passed?: true
}

/** A journal, read as the history of a run. */
export interface RunHistory {
  readonly started: RecordOf<'run.started'>
  /** In the order in which they were started. */
  readonly steps: ReadonlyMap<string, StepHistory>
  /** The hosts of each call of a remote task, by its key. */
  readonly hosts: ReadonlyMap<string, readonly HostSpec[]>
  readonly committed: boolean
  /** Until when the run keeps its way back open; undefined before that, and once it is committed, taken back, or over. */
  readonly kept?: string
  /** True once its undo has begun: there is nothing to go on with any more. */
  readonly undoing: boolean
  /** Its last record; undefined while it runs, and once it has gone on since. */
  readonly finished?: RecordOf<'run.finished'>
}

/** Folds records into a history; undefined when the journal does not even hold its first record. */
export function historyOf(records: readonly JournalRecord[]): RunHistory | undefined {
  const [started] = records
  if (started?.kind !== 'run.started') return undefined
  const steps = new Map<string, StepHistory>()
  const hosts = new Map<string, readonly HostSpec[]>()
  const amend = (key: string, change: Partial<StepHistory>): void => {
    const known = steps.get(key)
    if (known) steps.set(key, { ...known, ...change })
  }
  const pass = (): void => {
    for (const [key, { outcome }] of steps) if (outcome?.kind === 'step.done') amend(key, { passed: true })
  }
  let committed = false
  let kept: string | undefined
  let undoing = false
  let finished: RecordOf<'run.finished'> | undefined
  for (const record of records) {
    if (record.kind === 'kept' || record.kind === 'committed') pass()
    if (record.kind === 'step.intended') steps.set(record.key, { ...steps.get(record.key), intent: record })
    else if (record.kind === 'step.done') amend(record.key, { outcome: record })
    // Behind the commit the way is forward only: what failed there is still to be done, and no outcome.
    else if (record.kind === 'step.failed' && !committed) amend(record.key, { outcome: record })
    else if (record.kind === 'step.undone') amend(record.key, { undone: record })
    else if (record.kind === 'task.hosts') hosts.set(record.key, record.hosts)
    else if (record.kind === 'kept') kept = record.until
    else if (record.kind === 'committed') committed = true
    else if (record.kind === 'undo.started') undoing = true
    // Whoever goes on with a run that does not fit its task leaves it as it was.
    if (record.kind === 'run.resumed') continue
    finished = record.kind === 'run.finished' ? record : undefined
    if (finished && finished.status !== 'kept') kept = undefined
  }
  return {
    started,
    steps,
    hosts,
    committed,
    undoing,
    ...(kept !== undefined && !committed && !undoing && { kept }),
    ...(finished && { finished }),
  }
}
