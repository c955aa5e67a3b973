import { overlap, wholeOf } from './things.ts'

/** What decides when a change is undone. */
export interface Traces {
  /** The things that it touches; undefined where nobody can tell. */
  readonly touches: readonly string[] | undefined
  readonly makes: readonly string[]
  readonly givesTrafficBack: boolean
}

/**
 * Changes in the order in which they are undone: the last one first. What gives traffic back goes ahead of all that was done
 * behind it, except for what has to be undone before: what shares a thing with it that the run has not made, and what shares
 * anything with such a change.
 *
 * @param changes - in the order in which they were started
 * @param made - what the run has made: what was done to it behind a switch can wait until nobody is sent there any more
 */
export function undoOrder<Change extends Traces>(
  changes: readonly Change[],
  made: ReadonlySet<string>,
): Change[] {
  const lastFirst = [...changes].reverse()
  const givesBack = lastFirst.filter(({ givesTrafficBack }) => givesTrafficBack)
  return [...new Set([...givesBack.flatMap((change) => upTo(change, lastFirst, made)), ...lastFirst])]
}

/** A change behind all that has to be undone before it. */
function upTo<Change extends Traces>(
  change: Change,
  lastFirst: readonly Change[],
  made: ReadonlySet<string>,
): Change[] {
  const chain = [change]
  for (const later of lastFirst.slice(0, lastFirst.indexOf(change)).reverse())
    if (chain.some((each) => waitsFor(each, later, made))) chain.unshift(later)
  return chain
}

/** Whether the undo of a change comes behind that of a later one. */
function waitsFor(change: Traces, later: Traces, made: ReadonlySet<string>): boolean {
  if (!change.touches || !later.touches) return true
  const isGreen = (thing: string): boolean =>
    [thing, wholeOf(thing)].some((each) => made.has(each) && !change.makes.includes(each))
  const binding = change.givesTrafficBack ? change.touches.filter((thing) => !isGreen(thing)) : change.touches
  return later.touches.some((thing) => binding.some((other) => overlap(thing, other)))
}
