import { awaited, lastAwaited } from './awaited.ts'
import { ViridianError } from './error.ts'

/** Who takes what would end the process with a stack trace, or without a word. */
export interface FailureTaker {
  /** A promise that fails and that nobody awaits, an exception in a timer or a listener. */
  stray(reason: unknown): void
  /** Nothing is left that could go on. */
  stuck(): void
  /** The process is made to end, by what the task file calls; nothing can be awaited any more. */
  ended?(): void
}

const takers: FailureTaker[] = []

const stray = (reason: unknown): void => takers.at(-1)?.stray(reason)
const stuck = (): void => {
  // What is begun from here on, Node waits for.
  setImmediate(() => undefined)
  takers.at(-1)?.stuck()
}

const ended = (): void => takers.findLast((taker) => taker.ended)?.ended?.()

/**
 * From now on this one takes them, and none that was there before, until it is released.
 *
 * @example
 * ```ts
 * const release = takeFailures({
 *   stray: (reason) => console.error(reportOf(reason).message),
 *   stuck: () => console.error('nothing is left to wait for'),
 * })
 * try {
 *   await fetch('https://www.example.com')
 * } finally {
 *   release()
 * }
 * ```
 */
export function takeFailures(taker: FailureTaker): () => void {
  if (takers.length === 0) {
    process
      .on('unhandledRejection', stray)
      .on('uncaughtException', stray)
      .on('beforeExit', stuck)
      .on('exit', ended)
  }
  takers.push(taker)
  return () => {
    takers.splice(takers.indexOf(taker), 1)
    if (takers.length > 0) return
    process
      .off('unhandledRejection', stray)
      .off('uncaughtException', stray)
      .off('beforeExit', stuck)
      .off('exit', ended)
  }
}

/** Ends the process now; by whom, is told already. */
export function exitNow(code: number): never {
  process.off('exit', ended)
  process.exit(code)
}

/**
 * Fails with what nobody awaits meanwhile, and where nothing is left that could end the work.
 *
 * @param exited - is told when the work ends the process itself
 */
export async function orFailure<Value>(
  what: string,
  work: () => Promise<Value>,
  exited?: (error: ViridianError) => void,
): Promise<Value> {
  let release = (): void => undefined
  const failed = new Promise<never>((_, reject) => {
    release = takeFailures({
      stray: reject,
      stuck: () => reject(stuckError('E_STUCK')),
      ...(exited && { ended: () => exited(exitError()) }),
    })
  })
  try {
    return await Promise.race([awaited(what, work), failed])
  } finally {
    release()
  }
}

/** Nothing goes on any more in what was begun last. */
export const stuckError = (code: string): ViridianError =>
  new ViridianError(code, `nothing is left to wait for, and ${lastAwaited()} has not ended`, {
    hint: 'it awaits a promise that is never settled: look for one that nobody resolves',
  })

/** Those behind it are still taken. */
export const stuckUndo = (): ViridianError =>
  new ViridianError('E_UNDO_STUCK', 'nothing is left to wait for, and the undo has not ended', {
    hint: 'its step awaits a promise that is never settled: look for one that nobody resolves',
  })

const exitError = (): ViridianError =>
  new ViridianError('E_EXIT', `${lastAwaited()} has ended the process, by process.exit`, {
    hint: 'let it throw an error in place of that: then it is told what went wrong',
  })
