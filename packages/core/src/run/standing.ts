import type { RunHistory } from '../journal/history.ts'
import { wholeOf } from '../step/things.ts'

/** What of a run is there, as far as its journal tells: what it has taken back is not, nor what a later step has ended. */
export interface Standing {
  /** What is its own work: `instance/i-1`. */
  readonly made: readonly string[]
  /** What is there for its own time alone, in words for a person. */
  readonly held: readonly string[]
}

/** Follows the steps of a run to what is there behind them. */
export function standingOf({ steps }: Pick<RunHistory, 'steps'>): Standing {
  const made = new Set<string>()
  const held = new Map<string, string>()
  for (const { outcome, undone } of steps.values()) {
    if (undone || outcome?.kind !== 'step.done') continue
    const ended = new Set(outcome.ends)
    for (const things of [made, held])
      for (const thing of things.keys())
        if (ended.has(thing) || ended.has(wholeOf(thing))) things.delete(thing)
    for (const thing of outcome.makes ?? []) made.add(thing)
    for (const [thing, words] of Object.entries(outcome.holds ?? {})) held.set(thing, words)
  }
  return { made: [...made], held: [...held.values()] }
}
