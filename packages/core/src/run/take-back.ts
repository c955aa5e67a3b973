import type { ErrorReport } from '../error.ts'
import { Registry } from '../step/registry.ts'
import { undoable, undoSteps } from '../step/undo.ts'
import type { Ledger } from './ledger.ts'
import { recordOrWarn } from './outcome.ts'
import type { Session } from './session.ts'

/** Undoes all that a run has changed, from what it recorded, and answers what could not be undone. */
export async function takeBack(
  session: Session,
  ledger: Ledger,
  reason: ErrorReport,
): Promise<readonly string[]> {
  const steps = undoable(ledger.history()?.steps.values() ?? [])
  if (steps.length === 0) return []
  const record = recordOrWarn(session, ledger)
  const at = new Date().toISOString()
  session.emit({ kind: 'undo.started', reason, steps: steps.length, at })
  await record({ kind: 'undo.started', at, reason })
  const { leftovers } = await undoSteps(steps, {
    registry: new Registry(session.plugins),
    // An undo is not stopped by what stopped the run.
    contextFor: (step) => session.contextFor(step, new AbortController().signal),
    emit: (event) => session.emit(event),
    record,
  })
  return leftovers
}
