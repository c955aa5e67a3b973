import { ViridianError } from '../error.ts'
import type { StepHistory } from '../journal/history.ts'
import type { ChangeContext, ChangeDefinition, StepContext, UndoReport } from './definition.ts'
import type { Registry } from './registry.ts'
import { parseStep } from './scope.ts'
import { leftBy } from './traces.ts'
import type { UndoUnderWay } from './under-way.ts'
import type { Traces } from './undo-order.ts'

/** What is needed to make recorded changes ready. */
export interface Restoring {
  readonly registry: Registry
  contextFor(step: { key: string }): StepContext
}

/** A recorded change that is to be undone, and what came of it. */
export type LookedUp = Change & (Made | NotMade | Unknown)

interface Change extends Traces {
  readonly key: string
  readonly title: string
  /** What it leaves while it is not undone, in words for a person. */
  readonly leaves: readonly string[]
}

interface Made {
  readonly found: 'made'
  readonly touches: readonly string[]
  /** Reverses it, in the time that it may take. */
  undo(): Promise<UndoReport | undefined>
}

interface NotMade {
  readonly found: 'absent'
}

/** Nobody can tell, and so nobody can tell what it touches either. */
interface Unknown {
  readonly found: 'unknown'
  readonly touches: undefined
  readonly error: unknown
}

type InTime = <Value>(body: (c: ChangeContext<unknown>) => Promise<Value>) => Promise<Value>

/** Finds out what a recorded change has come to. What its undo is to know, its order too, depends on that. */
export async function lookUp(
  step: StepHistory,
  settings: Restoring & { readonly underWay: UndoUnderWay },
): Promise<LookedUp> {
  const { key, title } = step.intent
  const change = { key, title, leaves: [title], makes: [], givesTrafficBack: false }
  try {
    const { definition, input, context } = restore(step, settings)
    const inTime: InTime = (body) =>
      settings.underWay.take(title, definition.undoTimeout, (signal) => body({ ...context, signal }))
    const made = await outputOf(step, definition, input, inTime)
    if (!made) return { ...change, found: 'absent', touches: [] }
    const { output } = made
    return {
      ...change,
      found: 'made',
      touches: definition.touches(input, output),
      makes: definition.makes?.(input, output) ?? [],
      leaves: leftBy(definition, input, output) ?? [title],
      givesTrafficBack: definition.givesTrafficBack ?? false,
      undo: () => inTime((c) => definition.undo(input, { ...c, output })),
    }
  } catch (error) {
    return { ...change, found: 'unknown', touches: undefined, error }
  }
}

/** A recorded change, made ready from its journal alone. */
interface RecordedChange {
  readonly definition: ChangeDefinition<unknown, unknown, unknown>
  readonly input: unknown
  readonly context: ChangeContext<unknown>
}

export function restore({ intent }: StepHistory, settings: Restoring): RecordedChange {
  const definition = settings.registry.find(intent.step, intent.version)
  if (definition.kind !== 'change' || intent.token === undefined) {
    throw new ViridianError('E_STEP_UNREGISTERED', `${intent.step}@${intent.version} is not a change`)
  }
  const input = parseStep(definition, 'input', definition.input, intent.input)
  const before = parseStep(definition, 'before', definition.beforeSchema, intent.before)
  const context = { ...settings.contextFor({ key: intent.key }), before, token: intent.token }
  return { definition, input, context }
}

/** The recorded output, or what `find` knows when none is on record; undefined: the change was never made. */
async function outputOf(
  { intent, outcome }: StepHistory,
  definition: RecordedChange['definition'],
  input: unknown,
  inTime: InTime,
): Promise<{ output: unknown } | undefined> {
  if (outcome?.kind === 'step.done')
    return { output: parseStep(definition, 'output', definition.output, outcome.output) }
  const found = await inTime((c) => definition.find(input, c))
  if (found.status === 'done') return { output: found.output }
  if (found.status === 'absent') return undefined
  throw new ViridianError('E_STEP_UNKNOWN', `cannot tell whether "${intent.title}" was done: ${found.reason}`)
}
