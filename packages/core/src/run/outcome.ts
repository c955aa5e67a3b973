import { type ErrorReport, reportOf } from '../error.ts'
import type { RunStatus } from '../events/event.ts'
import type { Lasting } from '../events/lasting.ts'
import type { JournalRecord } from '../journal/record.ts'
import { lastingOf } from './lasting.ts'
import type { Ledger } from './ledger.ts'
import { remedyOf } from './run-state.ts'
import type { Session } from './session.ts'
import { standingOf } from './standing.ts'

/** What a run came to. */
export interface Outcome {
  readonly status: RunStatus
  readonly exitCode: ExitCode
  readonly error?: ErrorReport
  /** What is left and should not be, in words for a person. */
  readonly leftovers: readonly string[]
  /** Whoever has been refused here wanted to go on with it, and still may. @default false */
  readonly goesOn?: boolean
  /** The run's record stays as it is: another process goes on with it, or nothing was begun here. */
  readonly isUnrecorded?: boolean
}

/** 0 done · 1 failed, nothing left · 2 not understood · 3 something is left · 4 locked · 130 interrupted, and undone. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130

/** The exit code of what was understood, has failed so, and has left nothing. */
export function exitCodeOf({ code }: ErrorReport): ExitCode {
  if (code === 'E_INTERRUPTED') return 130
  return code === 'E_LOCKED' || code === 'E_RUN_ALIVE' ? 4 : 1
}

/** Closes what a run holds open, then says and records what it came to. */
export async function finish(
  session: Session,
  ledger: Ledger,
  began: number,
  outcome: Outcome,
): Promise<Outcome> {
  const { status, exitCode, error, isUnrecorded = false, goesOn = false } = outcome
  try {
    await session.close(isUnrecorded || status === 'kept')
  } catch (error) {
    // What goes wrong at the very end does not change what the run came to.
    session.emit({ kind: 'note', level: 'warning', text: `while closing: ${reportOf(error).message}` })
  }
  const at = new Date().toISOString()
  const said = { status, exitCode, leftovers: [...outcome.leftovers], ...(error && { error }), at }
  const { id, task } = session.identity
  const { committed } = session
  const isOver = committed && status === 'succeeded'
  const isLeft = said.leftovers.length > 0 && !isOver
  const remedy = isLeft && { remedy: remedyOf(id, committed || goesOn) }
  const stays = isLeft && committed && staysOf(ledger)
  const lasting = lastingIn(session, ledger, status)
  const end = { ...said, ...(lasting && { lasting }) }
  const told = session.told.all
  if (!isUnrecorded)
    await recordOrWarn(session, ledger).record({
      kind: 'run.finished',
      ...end,
      ...(told.length > 0 && { told }),
    })
  const ms = Math.round(performance.now() - began)
  session.emit({ kind: 'run.finished', run: id, task, ...end, ...remedy, ...stays, ms })
  return outcome
}

/** What is not to be taken for something left. */
function staysOf(ledger: Ledger): { readonly stays?: readonly string[] } {
  const history = ledger.history()
  const made = history ? standingOf(history).made : []
  return made.length > 0 ? { stays: made } : {}
}

/** What a run has done that stays is told where it is not what was wanted. */
function lastingIn({ registry }: Session, ledger: Ledger, status: RunStatus): Lasting | undefined {
  const history = ledger.history()
  const isWanted = status === 'kept' || (status === 'succeeded' && history?.undoing !== true)
  return history === undefined || isWanted ? undefined : lastingOf([...history.steps.values()], registry)
}

/** The journal on the way back and at the end. */
export interface LastRecords {
  record(record: JournalRecord): Promise<void>
  /** Why a record could not be written, if one could not. */
  readonly failure: ErrorReport | undefined
}

/** There, a journal that cannot be written any more must not keep anything from being done. */
export function recordOrWarn(session: Session, ledger: Ledger): LastRecords {
  let failure: ErrorReport | undefined
  return {
    async record(record) {
      try {
        await ledger.append(session.mask.deep(record))
      } catch (error) {
        if (!failure) session.emit({ kind: 'note', level: 'warning', text: reportOf(error).message })
        failure ??= reportOf(error)
      }
    },
    get failure() {
      return failure
    },
  }
}
