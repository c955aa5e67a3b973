import { type ErrorReport, reportOf, ViridianError } from '../error.ts'
import type { Event } from '../events/event.ts'
import type { StepHistory } from '../journal/history.ts'
import type { JournalRecord } from '../journal/record.ts'
import type { ChangeContext, ChangeDefinition, StepContext } from './definition.ts'
import type { Registry } from './registry.ts'
import { parseStep } from './scope.ts'
import type { UndoUnderWay } from './under-way.ts'

export interface UndoSettings {
  readonly registry: Registry
  /** Gives each of them its time. */
  readonly underWay: UndoUnderWay
  contextFor(step: { key: string }): StepContext
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

/** A recorded change, made ready from its journal alone. */
interface RecordedChange {
  readonly key: string
  readonly title: string
  readonly definition: ChangeDefinition<unknown, unknown, unknown>
  readonly input: unknown
  readonly context: ChangeContext<unknown>
  readonly outcome: StepHistory['outcome']
}

type InTime = <Value>(body: (c: ChangeContext<unknown>) => Promise<Value>) => Promise<Value>

type Verdict =
  | { readonly outcome: 'undone' | 'left-alone' | 'not-made'; readonly note?: string }
  | {
      readonly outcome: 'failed' | 'blocked'
      readonly error: ErrorReport
      readonly leaves: readonly string[]
    }

/** The things that failed undos left as they were, and which step it was. */
class Held {
  readonly #holders = new Map<string, string>()
  /** A step of which nobody can say what it touched holds everything back. */
  #holderOfAll: string | undefined

  add(holder: string, things: readonly string[] | undefined): void {
    if (!things) this.#holderOfAll ??= holder
    for (const thing of things ?? []) this.#holders.set(thing, holder)
  }

  by(things: readonly string[]): string | undefined {
    return (
      this.#holderOfAll ??
      things.map((thing) => this.#holders.get(thing)).find((holder) => holder !== undefined)
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
 * Undoes recorded changes in reverse order of their start. One that fails holds back the earlier ones that share a
 * thing with it; all others still run, and every failure is reported.
 */
export async function undoSteps(steps: readonly StepHistory[], settings: UndoSettings): Promise<UndoResult> {
  const held = new Held()
  const leftovers: string[] = []
  let undone = 0
  let failure: ErrorReport | undefined
  for (const step of steps) {
    const began = performance.now()
    const { intent } = step
    const verdict = await undoStep(step, held, settings)
    const shown = {
      key: intent.key,
      title: intent.title,
      at: now(),
      ms: Math.round(performance.now() - began),
    }
    settings.emit({ kind: 'undo.step', ...shown, ...eventPartOf(verdict) })
    if ('error' in verdict) {
      failure ??= verdict.error
      leftovers.push(...verdict.leaves)
    } else if (verdict.outcome !== 'not-made') undone += 1
  }
  return { undone, leftovers, ...(failure && { failure }) }
}

function eventPartOf(verdict: Verdict) {
  if ('error' in verdict) return { outcome: verdict.outcome, error: verdict.error }
  return { outcome: verdict.outcome, ...(verdict.note !== undefined && { note: verdict.note }) }
}

async function undoStep(step: StepHistory, held: Held, settings: UndoSettings): Promise<Verdict> {
  const { key, title } = step.intent
  let things: readonly string[] | undefined
  let leaves: readonly string[] = [title]
  const hold = (outcome: 'failed' | 'blocked', error: ErrorReport): Verdict => {
    held.add(title, things)
    return { outcome, error, leaves }
  }
  try {
    const change = restore(step, settings)
    const { definition, input, context } = change
    const inTime: InTime = (body) =>
      settings.underWay.take(title, definition.undoTimeout, (signal) => body({ ...context, signal }))
    const made = await outputOf(change, inTime)
    if (!made) {
      const note = 'it was never made'
      await settings.record({ kind: 'step.undone', key, at: now(), note })
      return { outcome: 'not-made', note }
    }
    things = definition.touches(input, made.output)
    leaves = definition.leaves?.(input, made.output) ?? [title]
    const blocker = held.by(things)
    if (blocker !== undefined) {
      const error = reportOf(
        new ViridianError('E_UNDO_BLOCKED', `held back, since "${blocker}" could not be undone`),
      )
      await settings.record({ kind: 'undo.failed', key, at: now(), error })
      return hold('blocked', error)
    }
    const report = await inTime((c) => definition.undo(input, { ...c, output: made.output }))
    const note = report?.leftAlone
    await settings.record({ kind: 'step.undone', key, at: now(), ...(note !== undefined && { note }) })
    return note === undefined ? { outcome: 'undone' } : { outcome: 'left-alone', note }
  } catch (error) {
    const report = reportOf(error)
    await settings.record({ kind: 'undo.failed', key, at: now(), error: report })
    return hold('failed', report)
  }
}

/** What undoing needs to make recorded changes ready. */
export type Restoring = Pick<UndoSettings, 'registry' | 'contextFor'>

/**
 * Asks those of recorded changes that can tell whether they can be undone by now, before anything is. What one has made is
 * known where its outcome is on record; of others their undo finds out.
 */
export async function seeUndoable(steps: readonly StepHistory[], settings: Restoring): Promise<void> {
  for (const step of steps) {
    if (step.outcome?.kind !== 'step.done') continue
    const { definition, input, context } = restore(step, settings)
    if (!definition.ready) continue
    const output = parseStep(definition, 'output', definition.output, step.outcome.output)
    await definition.ready(input, { ...context, output })
  }
}

function restore({ intent, outcome }: StepHistory, settings: Restoring): RecordedChange {
  const definition = settings.registry.find(intent.step, intent.version)
  if (definition.kind !== 'change' || intent.token === undefined) {
    throw new ViridianError('E_STEP_UNREGISTERED', `${intent.step}@${intent.version} is not a change`)
  }
  const input = parseStep(definition, 'input', definition.input, intent.input)
  const before = parseStep(definition, 'before', definition.beforeSchema, intent.before)
  const context = { ...settings.contextFor({ key: intent.key }), before, token: intent.token }
  return { key: intent.key, title: intent.title, definition, input, context, outcome }
}

/** The recorded output, or what `find` knows when none is on record; undefined: the change was never made. */
async function outputOf(
  { definition, input, outcome, title }: RecordedChange,
  inTime: InTime,
): Promise<{ output: unknown } | undefined> {
  if (outcome?.kind === 'step.done')
    return { output: parseStep(definition, 'output', definition.output, outcome.output) }
  const found = await inTime((c) => definition.find(input, c))
  if (found.status === 'done') return { output: found.output }
  if (found.status === 'absent') return undefined
  throw new ViridianError('E_STEP_UNKNOWN', `cannot tell whether "${title}" was done: ${found.reason}`)
}
