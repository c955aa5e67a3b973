import type { ErrorReport } from '../error.ts'
import type { RunHistory } from '../journal/history.ts'
import type { JournalRecord, RecordOf, Told } from '../journal/record.ts'
import { dueOf, leftoversOf, type RunState, stateOf } from '../run/run-state.ts'
import { toldArgs } from '../run/secret-args.ts'
import { standingOf } from '../run/standing.ts'
import type { ReportedNode } from './reported-step.ts'
import { StepTree } from './step-tree.ts'

/** Who had a run in hand, and when. */
export interface Turn {
  /** `user@host`. */
  readonly by: string
  readonly at: string
}

/** Everything that a journal tells of a run; every member is always there. */
export interface RunReport {
  readonly kind: 'report'
  readonly run: string
  readonly task: string
  readonly stage: string
  readonly state: RunState
  readonly began: Turn
  readonly resumed: readonly Turn[]
  /** By whom it was taken back, where somebody asked for it. */
  readonly takenBack: Turn | null
  /** When its undo began, whoever began it. */
  readonly undoing: string | null
  /** Of its last record. */
  readonly last: string
  /** From its beginning to its end, or to its last record. */
  readonly ms: number
  readonly exitCode: number | null
  /** Secrets masked. */
  readonly args: Readonly<Record<string, unknown>>
  /** What says which account was meant; of what may be a secret, only that it was set. */
  readonly account: Readonly<Record<string, string>>
  readonly locks: readonly string[]
  readonly choice: NonNullable<RunHistory['started']['choice']> | null
  /** The files of the task with their digests. */
  readonly sources: Readonly<Record<string, string>>
  /** The window in which both ways were open. */
  readonly kept: { readonly at: string; readonly until: string } | null
  readonly committed: string | null
  readonly error: ErrorReport | null
  readonly leftovers: readonly string[]
  /** What of the outside world is its own work, and there as far as is known: `instance/i-1`. */
  readonly made: readonly string[]
  /** The command that takes care of it. */
  readonly remedy: string | null
  /** Where commands did what is not taken back. */
  readonly lasting: NonNullable<RecordOf<'run.finished'>['lasting']> | null
  readonly steps: readonly ReportedNode[]
  /** What its end has told a person: the fleet, the traffic. */
  readonly told: readonly Told[]
  /** Where the whole outputs are of commands that said much. */
  readonly outputs: string | null
  /** What of its records cannot be read. */
  readonly damages: readonly ErrorReport[]
}

/** What its journal does not say. */
export interface Circumstances {
  readonly isHeld: boolean
  readonly outputs: string | null
  readonly damages: readonly ErrorReport[]
}

export function runReport(
  history: RunHistory,
  records: readonly JournalRecord[],
  { isHeld, outputs, damages }: Circumstances,
): RunReport {
  const { started, finished } = history
  const { run, task, stage, at, args, locks } = started
  const state = stateOf(history, isHeld)
  const tree = new StepTree()
  for (const record of records) tree.add(record)
  const last = records.at(-1)?.at ?? at
  const undo = lastOf(records, 'undo.started')
  const kept = lastOf(records, 'kept')
  return {
    ...{ kind: 'report', run, task, stage, state, last, outputs, damages },
    began: turn(started),
    resumed: records.flatMap((record) => (record.kind === 'run.resumed' ? [turn(record)] : [])),
    takenBack: undo?.by ? turn({ by: undo.by, at: undo.at }) : null,
    undoing: undo?.at ?? null,
    ms: Date.parse(last) - Date.parse(at),
    exitCode: finished?.exitCode ?? null,
    args: toldArgs(args),
    account: { ...started.account, ...openOf(started.env ?? {}) },
    locks: locks.filter((lock) => lock !== `run/${run}`),
    choice: started.choice ?? null,
    sources: started.sources ?? {},
    kept: kept ? { at: kept.at, until: kept.until } : null,
    committed: lastOf(records, 'committed')?.at ?? null,
    error: finished?.status === 'succeeded' && !undo ? null : errorOf(records),
    leftovers: leftoversOf(history, state),
    made: [...standingOf(history).made],
    remedy: dueOf(history, state) ?? null,
    lasting: finished?.lasting ?? null,
    steps: tree.roots,
    told: lastOf(records, 'run.finished')?.told ?? [],
  }
}

const turn = ({ by: { user, host }, at }: Pick<RunHistory['started'], 'by' | 'at'>): Turn => ({
  by: `${user}@${host}`,
  at,
})

/** Why it failed at last: what takes a run back may end well. */
const errorOf = (records: readonly JournalRecord[]): ErrorReport | null =>
  records.flatMap((record) => (record.kind === 'run.finished' ? (record.error ?? []) : [])).at(-1) ??
  lastOf(records, 'undo.started')?.reason ??
  null

const openOf = (env: NonNullable<RunHistory['started']['env']>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).map(([name, variable]) => [
      name,
      'value' in variable ? variable.value : '(set by the stage)',
    ]),
  )

function lastOf<Kind extends JournalRecord['kind']>(
  records: readonly JournalRecord[],
  kind: Kind,
): RecordOf<Kind> | undefined {
  return records.findLast((record): record is RecordOf<Kind> => record.kind === kind)
}
