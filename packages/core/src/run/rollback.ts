import { type ErrorReport, reportOf } from '../error.ts'
import type { RunHistory } from '../journal/history.ts'
import type { JournalRecord } from '../journal/record.ts'
import { undoable } from '../step/undo.ts'
import type { Ledger } from './ledger.ts'
import type { LockStore } from './lock.ts'
import { finish, type Outcome } from './outcome.ts'
import { toldArgs } from './secret-args.ts'
import type { Session } from './session.ts'
import { takeBack, whyNoWayBack } from './take-back.ts'

export interface RollbackOptions {
  readonly locks: LockStore
  /** What the run has made stays, for inspection. */
  readonly keepGreen: boolean
  /** Takes the run from a process that waits in it, and gives what is on record then. */
  readonly takeOver?: () => Promise<readonly JournalRecord[]>
}

/** Takes an ended run back from its journal alone: the task's function is not called. */
export async function rollback(
  session: Session,
  ledger: Ledger,
  { started }: RunHistory,
  options: RollbackOptions,
): Promise<Outcome> {
  const began = performance.now()
  const { id, task, stage } = session.identity
  const at = new Date().toISOString()
  const args = toldArgs(started.args)
  session.emit({ kind: 'run.started', run: id, task, stage, at, args, mode: 'rollback' })
  return finish(session, ledger, began, await attempt(session, ledger, started, options))
}

async function attempt(
  session: Session,
  ledger: Ledger,
  started: RunHistory['started'],
  { locks, keepGreen, takeOver }: RollbackOptions,
): Promise<Outcome> {
  try {
    // Whoever says no leaves the run, and the process that may wait in it, as they are.
    await session.beforeChange()
    const blocked = await whyNoWayBack(session, ledger, { keepGreen, signal: session.engine.signal })
    if (blocked) return untouched(ledger, blocked)
    if (takeOver) ledger.reread(await takeOver())
    await session.lock(locks, started.locks)
    await session.wayBack.reclaim()
    const { leftovers, failure } = await takeBack(session, ledger, { keepGreen })
    return failure
      ? { status: 'failed', exitCode: 3, error: failure, leftovers }
      : { status: 'succeeded', exitCode: 0, leftovers }
  } catch (error) {
    return untouched(ledger, reportOf(error))
  }
}

/** The run stays on record as it is. */
function untouched(ledger: Ledger, error: ErrorReport): Outcome {
  const leftovers = undoable(ledger.history()?.steps.values() ?? []).map(({ intent }) => intent.title)
  const exitCode = error.code === 'E_LOCKED' ? 4 : leftovers.length > 0 ? 3 : 1
  return { status: 'failed', exitCode, error, leftovers, isUnrecorded: true }
}
