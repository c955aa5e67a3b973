import type { StepHistory } from '../journal/history.ts'
import type { Registry } from './registry.ts'
import { parseStep } from './scope.ts'
import { wholeOf } from './things.ts'
import { leftBy } from './traces.ts'

/** What a run has made itself, told apart from what it has changed of what was there before. */
export interface Green {
  /** Changes of nothing but the run's own work: they can stay while the rest is taken back. */
  readonly own: readonly StepHistory[]
  readonly others: readonly StepHistory[]
  /** What stays of `own`, in words for a person. */
  readonly leaves: readonly string[]
}

interface Traces {
  readonly step: StepHistory
  readonly touches: readonly string[]
  readonly makes: readonly string[]
  readonly leaves: readonly string[]
}

/** What a run has made, as its journal tells: also what of it is undone by now. */
export const madeIn = (steps: Iterable<StepHistory>): ReadonlySet<string> =>
  new Set([...steps].flatMap(({ outcome }) => (outcome?.kind === 'step.done' ? (outcome.makes ?? []) : [])))

/** Tells which of a run's changes are of green alone: every thing that they touch was made by the run. */
export function greenOf(steps: readonly StepHistory[], registry: Registry): Green {
  const traces = steps.map((step) => tracesOf(step, registry))
  const made = new Set(traces.flatMap(({ makes }) => makes))
  const isMade = (thing: string): boolean => made.has(thing) || made.has(wholeOf(thing))
  const isOwn = ({ touches }: Traces): boolean => touches.length > 0 && touches.every(isMade)
  const own = traces.filter(isOwn)
  return {
    own: own.map(({ step }) => step),
    others: traces.filter((each) => !isOwn(each)).map(({ step }) => step),
    leaves: own.flatMap(({ leaves }) => leaves),
  }
}

/** Of a change without a recorded outcome nothing is known: it counts as nobody's own. */
function tracesOf(step: StepHistory, registry: Registry): Traces {
  const nothing = { step, touches: [], makes: [], leaves: [] }
  if (step.outcome?.kind !== 'step.done') return nothing
  const definition = registry.find(step.intent.step, step.intent.version)
  if (definition.kind !== 'change') return nothing
  const input = parseStep(definition, 'input', definition.input, step.intent.input)
  const output = parseStep(definition, 'output', definition.output, step.outcome.output)
  return {
    step,
    touches: definition.touches(input, output),
    makes: definition.makes?.(input, output) ?? [],
    leaves: leftBy(definition, input, output) ?? [],
  }
}
