import { type ErrorReport, reportOf, ViridianError } from '../error.ts'
import type { Event } from '../events/event.ts'
import type { StepHistory } from '../journal/history.ts'
import type { JournalRecord } from '../journal/record.ts'
import { greenOf } from './green.ts'
import { type LookedUp, lookUp, type Restoring, restore } from './looked-up.ts'
import { parseStep } from './scope.ts'
import { wholeOf } from './things.ts'
import type { UndoUnderWay } from './under-way.ts'
import { undoOrder } from './undo-order.ts'

export interface UndoSettings extends Restoring {
  /** What the run has made. */
  readonly made: ReadonlySet<string>
  /** Gives each of them its time. */
  readonly underWay: UndoUnderWay
  emit(event: Event): void
  record(record: JournalRecord): Promise<void>
}

export interface UndoResult {
  readonly undone: number
  /** What could not be reversed, in words for a person. */
  readonly leftovers: readonly string[]
  /** Why the first of them could not. */
  readonly failure?: ErrorReport
}

interface Undone {
  readonly outcome: 'undone' | 'left-alone' | 'not-made'
  readonly note?: string
}

type Verdict = Undone | { readonly outcome: 'failed' | 'blocked'; readonly error: ErrorReport }

/** The things that failed undos left as they were, and which step it was. */
class Held {
  readonly #holders = new Map<string, string>()
  /** A step of which nobody can say what it touched holds everything back. */
  #holderOfAll: string | undefined

  add({ title, touches }: LookedUp): void {
    if (!touches) this.#holderOfAll ??= title
    for (const thing of touches ?? []) this.#holders.set(thing, title)
  }

  /** Who holds a thing, or the whole that it is a part of. */
  by(things: readonly string[]): string | undefined {
    return (
      this.#holderOfAll ??
      things
        .flatMap((thing) => [thing, wholeOf(thing)])
        .map((thing) => this.#holders.get(thing))
        .find((holder) => holder !== undefined)
    )
  }
}

const now = (): string => new Date().toISOString()

/** Which changes of a history an undo has to look at: begun, not known to have failed, not undone yet; the last one first. */
export function undoable(steps: Iterable<StepHistory>): StepHistory[] {
  const failed = ({ outcome }: StepHistory): boolean =>
    outcome?.kind === 'step.failed' && outcome.made === 'no'
  return [...steps].filter((step) => step.intent.type === 'change' && !step.undone && !failed(step)).reverse()
}

/**
 * Undoes recorded changes, in an order of which `undoOrder` tells. One that fails holds back those behind it that share a
 * thing with it; all others still run, and every failure is reported.
 *
 * @param steps - the last one first
 */
export async function undoSteps(steps: readonly StepHistory[], settings: UndoSettings): Promise<UndoResult> {
  const held = new Held()
  const leftovers: string[] = []
  let undone = 0
  let failure: ErrorReport | undefined
  const changes: LookedUp[] = []
  for (const step of steps) changes.unshift(await lookUp(step, settings))
  for (const change of undoOrder(changes, settings.made)) {
    const began = performance.now()
    const { key, title } = change
    const verdict = await undoChange(change, held, settings)
    settings.emit({
      kind: 'undo.step',
      ...{ key, title, at: now(), ms: Math.round(performance.now() - began) },
      ...eventPartOf(verdict),
    })
    if ('error' in verdict) {
      failure ??= verdict.error
      leftovers.push(...change.leaves)
    } else if (verdict.outcome !== 'not-made') undone += 1
  }
  return { undone, leftovers, ...(failure && { failure }) }
}

function eventPartOf(verdict: Verdict) {
  if ('error' in verdict) return { outcome: verdict.outcome, error: verdict.error }
  return { outcome: verdict.outcome, ...(verdict.note !== undefined && { note: verdict.note }) }
}

async function undoChange(change: LookedUp, held: Held, settings: UndoSettings): Promise<Verdict> {
  const { key } = change
  const fail = async (outcome: 'failed' | 'blocked', error: ErrorReport): Promise<Verdict> => {
    held.add(change)
    await settings.record({ kind: 'undo.failed', key, at: now(), error })
    return { outcome, error }
  }
  const settle = async (outcome: Undone['outcome'], note?: string): Promise<Verdict> => {
    const noted = note !== undefined && { note }
    await settings.record({ kind: 'step.undone', key, at: now(), ...noted })
    return { outcome, ...noted }
  }
  try {
    if (change.found === 'absent') return await settle('not-made', 'it was never made')
    if (change.found === 'unknown') return await fail('failed', reportOf(change.error))
    const blocker = held.by(change.touches)
    if (blocker !== undefined) {
      const why = `held back, since "${blocker}" could not be undone`
      return await fail('blocked', reportOf(new ViridianError('E_UNDO_BLOCKED', why)))
    }
    const { leftAlone } = (await change.undo()) ?? {}
    return await settle(leftAlone === undefined ? 'undone' : 'left-alone', leftAlone)
  } catch (error) {
    return fail('failed', reportOf(error))
  }
}

/**
 * Asks those of recorded changes that can tell whether they can be undone by now, before anything is. What one has made is
 * known where its outcome is on record; of others their undo finds out. What was done to the run's own work alone keeps nobody
 * from going back.
 */
export async function seeUndoable(
  steps: readonly StepHistory[],
  settings: Restoring & Pick<UndoSettings, 'made'>,
): Promise<void> {
  const others = new Set(greenOf(steps, settings.registry).others)
  const restored: string[] = []
  for (const { step, ready, restores } of undoOrder(
    steps.toReversed().map(recorded(settings)),
    settings.made,
  )) {
    if (others.has(step)) await ready?.(restored)
    restored.push(...restores)
  }
}

/** A change as far as its record alone tells what its undo will do. */
const recorded = (settings: Restoring) => (step: StepHistory) => {
  const { definition, input, context } = restore(step, settings)
  const restores = definition.restores?.(input, context.before) ?? []
  const givesTrafficBack = definition.givesTrafficBack ?? false
  if (step.outcome?.kind !== 'step.done')
    return { step, restores, givesTrafficBack, touches: undefined, makes: [] }
  const output = parseStep(definition, 'output', definition.output, step.outcome.output)
  return {
    step,
    restores,
    givesTrafficBack,
    touches: definition.touches(input, output),
    makes: definition.makes?.(input, output) ?? [],
    ready: (restored: readonly string[]) => definition.ready?.(input, { ...context, output, restored }),
  }
}
