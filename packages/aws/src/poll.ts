import { setTimeout as delay } from 'node:timers/promises'
import { type Found, formatDuration, type StepContext, ViridianError } from '@viridian/core'

/**
 * What one look at the world gives: what was waited for, or what is still missing, in words. Where it is known when it
 * can be there at the earliest, the next look comes then, if not before.
 */
export type Look<Value> = { readonly done: Value } | { readonly waiting: string; readonly forMs?: number }

/** What to wait for, how long, and by which looks. */
export interface Poll<Value> {
  /** What is waited for, as a heading: `3 instances in service`. */
  readonly what: string
  /** Looks once. It throws when waiting any longer is in vain. */
  look(): Promise<Look<Value>>
  /** How long to wait in all, in milliseconds. */
  readonly deadlineMs: number
  /** The pause that the growing pauses end at, in milliseconds. @default 5000 */
  readonly capMs?: number
  /** What to do when the deadline passes. */
  readonly hint?: string
}

const firstPauseMs = 250
const growth = 1.5

/**
 * The one way to wait: looks at once, then after short pauses that grow, and says meanwhile what it waits for.
 *
 * @throws ViridianError `E_WAIT_TIMEOUT`, saying what it was still waiting for
 *
 * @example
 * ```ts
 * await poll(c, {
 *   what: 'the balancer web without instances',
 *   deadlineMs: 300_000,
 *   look: async () => {
 *     const left = await membersOf(front).inService(c)
 *     return left.length === 0 ? { done: null } : { waiting: `${left.length} are in service` }
 *   },
 * })
 * ```
 */
export async function poll<Value>(
  c: Pick<StepContext, 'signal' | 'progress'>,
  { what, look, deadlineMs, capMs = 5_000, hint }: Poll<Value>,
): Promise<Value> {
  const deadline = performance.now() + deadlineMs
  let said: string | undefined
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * growth, capMs)) {
    c.signal.throwIfAborted()
    const seen = await look()
    if ('done' in seen) return seen.done
    if (seen.waiting !== said) c.progress(seen.waiting)
    said = seen.waiting
    const left = deadline - performance.now()
    if (left <= 0) throw timedOut(what, deadlineMs, seen.waiting, hint)
    await pause(Math.min(pauseMs, left, Math.max(seen.forMs ?? pauseMs, firstPauseMs)), c.signal)
  }
}

/** For so long may AWS still show what was before a change. */
const shownWithinMs = 3_000

/**
 * Looks for something that AWS may be slow to show: until it is there, or the time is over. One look is not enough to
 * say that a change was not made, or that it was taken back.
 *
 * @param forMs - how long to look, in milliseconds
 * @returns undefined when it was not seen in that time
 *
 * @example
 * ```ts
 * const made = await lookFor(c, async () => (await listClassicBalancers(c)).find(({ name }) => name === 'web--1'))
 * ```
 */
export async function lookFor<Value>(
  c: Pick<StepContext, 'signal'>,
  look: () => Promise<Value | false | undefined>,
  forMs: number = shownWithinMs,
): Promise<Value | undefined> {
  const end = performance.now() + forMs
  for (let pauseMs = firstPauseMs; ; pauseMs *= growth) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    const left = end - performance.now()
    if (left <= 0) return undefined
    await pause(Math.min(pauseMs, left), c.signal)
  }
}

/**
 * What the `find` of a change answers that has no output: done once it is seen.
 *
 * @example
 * ```ts
 * // the `find` of a step that deletes a balancer
 * const find = ({ balancer }: { balancer: string }, c: StepContext) =>
 *   findMade(c, async () => (await listClassicBalancers(c)).every(({ name }) => name !== balancer))
 * ```
 */
export const findMade = async (
  c: Pick<StepContext, 'signal'>,
  isMade: () => Promise<boolean>,
): Promise<Found<null>> =>
  (await lookFor(c, isMade)) ? { status: 'done', output: null } : { status: 'absent' }

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch (error) {
    // The run's reason for stopping, not the timer's AbortError about it.
    signal.throwIfAborted()
    throw error
  }
}

function timedOut(
  what: string,
  deadlineMs: number,
  waiting: string,
  hint = 'look at what it was waiting for',
): ViridianError {
  const after = formatDuration(deadlineMs)
  return new ViridianError('E_WAIT_TIMEOUT', `${what}: not so after ${after}; still ${waiting}`, { hint })
}
