import { type ErrorReport, reportOf } from '../error.ts'
import { greenOf, madeIn } from '../step/green.ts'
import { seeUndoable, type UndoResult, undoable, undoSteps } from '../step/undo.ts'
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
  const { steps, leaves } = toTakeBack(session, ledger, keepGreen)
  const journal = recordOrWarn(session, ledger)
  const at = new Date().toISOString()
  // That a person has taken it back is on record also where nothing was to be undone.
  if (steps.length > 0 || !reason)
    await journal.record({ kind: 'undo.started', at, ...(reason ? { reason } : { by: runnerHere() }) })
  if (steps.length === 0) return { undone: 0, leftovers: leaves }
  session.emit({ kind: 'undo.started', ...(reason && { reason }), steps: steps.length, at })
  const result = await undoSteps(steps, {
    registry: session.registry,
    made: madeIn(ledger.history()?.steps.values() ?? []),
    underWay: session.undo,
    // An undo is not stopped by what stopped the run.
    contextFor: (step) => session.contextFor(step, new AbortController().signal),
    emit: (event) => session.emit(event),
    record: journal.record,
  })
  const failure = result.failure ?? journal.failure
  const unrecorded = journal.failure ? [undoneOffRecord] : []
  return {
    ...result,
    leftovers: [...result.leftovers, ...leaves, ...unrecorded],
    ...(failure && { failure }),
  }
}

/** To the journal it is all there still: a resume would go on with things that are gone. */
const undoneOffRecord = 'what is undone is not on record: make room for the journal first, and do not resume'

/**
 * Waits until all that a take-back would undo can be undone, and answers why not where something cannot. Then nothing of
 * the run is to be touched: what serves goes on serving, with its alarms and its size, and the way forward stays open.
 */
export async function whyNoWayBack(
  session: Session,
  ledger: Ledger,
  { keepGreen = false, signal }: Pick<TakeBackOptions, 'keepGreen'> & { readonly signal: AbortSignal },
): Promise<ErrorReport | undefined> {
  try {
    await seeUndoable(toTakeBack(session, ledger, keepGreen).steps, {
      registry: session.registry,
      made: madeIn(ledger.history()?.steps.values() ?? []),
      contextFor: (step) => session.contextFor(step, signal),
    })
    return undefined
  } catch (error) {
    const report = reportOf(error)
    // What the plugins do not know as it was taken cannot be replayed either.
    if (ledger.history()?.undoing || report.code === 'E_STEP_UNREGISTERED') return report
    const onward = `to go on in place of that: tasks resume ${session.identity.id}`
    return { ...report, hint: report.hint === undefined ? onward : `${report.hint}; ${onward}` }
  }
}

function toTakeBack({ registry }: Session, ledger: Ledger, keepGreen: boolean) {
  const all = undoable(ledger.history()?.steps.values() ?? [])
  if (!keepGreen) return { steps: all, leaves: [] }
  const { others, leaves } = greenOf(all, registry)
  return { steps: others, leaves }
}
