import type { ErrorReport } from '../error.ts'
import { greenOf } from '../step/green.ts'
import { type UndoResult, undoable, undoSteps } from '../step/undo.ts'
import type { Ledger } from './ledger.ts'
import { recordOrWarn } from './outcome.ts'
import { runnerHere } from './run-identity.ts'
import type { Session } from './session.ts'

export interface TakeBackOptions {
  /** Left out: a person asked for it. */
  readonly reason?: ErrorReport
  /** What the run has made stays, for inspection. */
  readonly keepGreen?: boolean
}

/** Undoes all that a run has changed, from what it recorded, and answers what could not be undone. */
export async function takeBack(
  session: Session,
  ledger: Ledger,
  { reason, keepGreen = false }: TakeBackOptions,
): Promise<UndoResult> {
  const all = undoable(ledger.history()?.steps.values() ?? [])
  const green = keepGreen ? greenOf(all, session.registry) : undefined
  const steps = green?.others ?? all
  const journal = recordOrWarn(session, ledger)
  const at = new Date().toISOString()
  // That a person has taken it back is on record also where nothing was to be undone.
  if (steps.length > 0 || !reason)
    await journal.record({ kind: 'undo.started', at, ...(reason ? { reason } : { by: runnerHere() }) })
  if (steps.length === 0) return { undone: 0, leftovers: green?.leaves ?? [] }
  session.emit({ kind: 'undo.started', ...(reason && { reason }), steps: steps.length, at })
  const result = await undoSteps(steps, {
    registry: session.registry,
    // An undo is not stopped by what stopped the run.
    contextFor: (step) => session.contextFor(step, new AbortController().signal),
    emit: (event) => session.emit(event),
    record: journal.record,
  })
  const failure = result.failure ?? journal.failure
  const unrecorded = journal.failure ? [undoneOffRecord] : []
  return {
    ...result,
    leftovers: [...result.leftovers, ...(green?.leaves ?? []), ...unrecorded],
    ...(failure && { failure }),
  }
}

/** To the journal it is all there still: a resume would go on with things that are gone. */
const undoneOffRecord = 'what is undone is not on record: make room for the journal first, and do not resume'
