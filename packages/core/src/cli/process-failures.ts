import { ViridianError } from '../error.ts'

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

const ended = (): void => takers.at(-1)?.ended?.()

/** From now on this one takes them, and none that was there before, until it is released. */
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

/** Fails with what nobody awaits meanwhile, and where nothing is left that could end the work. */
export async function orFailure<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  let release = (): void => undefined
  const failed = new Promise<never>((_, reject) => {
    release = takeFailures({
      stray: reject,
      stuck: () => reject(stuckAt('E_STUCK', what)),
    })
  })
  try {
    return await Promise.race([work(), failed])
  } finally {
    release()
  }
}

export const stuckAt = (code: string, what: string): ViridianError =>
  new ViridianError(code, `nothing is left to wait for, and ${what} has not ended`, {
    hint: 'it awaits a promise that is never settled: look for one that nobody resolves',
  })
