import type { ErrorReport } from '../error.ts'
import { type UndoResult, undoable, undoSteps } from '../step/undo.ts'
import type { Ledger } from './ledger.ts'
import { recordOrWarn } from './outcome.ts'
import type { Session } from './session.ts'

/** Undoes all that a run has changed, from what it recorded, and answers what could not be undone; no reason: a person asked for it. */
export async function takeBack(session: Session, ledger: Ledger, reason?: ErrorReport): Promise<UndoResult> {
  const steps = undoable(ledger.history()?.steps.values() ?? [])
  if (steps.length === 0) return { undone: 0, leftovers: [] }
  const record = recordOrWarn(session, ledger)
  const at = new Date().toISOString()
  await record({ kind: 'undo.started', at, ...(reason && { reason }) })
  session.emit({ kind: 'undo.started', ...(reason && { reason }), steps: steps.length, at })
  return undoSteps(steps, {
    registry: session.registry,
    // An undo is not stopped by what stopped the run.
    contextFor: (step) => session.contextFor(step, new AbortController().signal),
    emit: (event) => session.emit(event),
    record,
  })
}
