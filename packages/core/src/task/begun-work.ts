import { setMaxListeners } from 'node:events'
import { ViridianError } from '../error.ts'
import { nameOf } from '../remote/running/order.ts'

/** What a remote task's function has begun on a host and what has not ended yet. It ends with the function. */
export class BegunWork {
  readonly #host: string
  readonly #open = new Map<Promise<unknown>, string>()
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal
  #hasEnded = false
  readonly #follow = (): void => this.#controller.abort(this.#outer.reason)

  constructor(host: string, outer: AbortSignal) {
    this.#host = host
    this.#outer = outer
    // Every command of the host listens on it.
    setMaxListeners(0, this.signal)
    outer.addEventListener('abort', this.#follow, { once: true })
    if (outer.aborted) this.#follow()
  }

  /** Ends what is begun. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Begins something and follows it until it has ended, by itself or with the function. */
  track<Value>(shown: string, begin: () => Promise<Value>): Promise<Value> {
    if (this.#hasEnded) return Promise.reject(this.signal.reason)
    const begun = begin()
    this.#open.set(begun, shown)
    return new Promise((resolve, reject) => {
      const settled = (settle: () => void) =>
        this.#open.delete(begun) ? settle() : reject(this.signal.reason)
      begun.then(
        (value) => settled(() => resolve(value)),
        (error: unknown) => settled(() => reject(error)),
      )
    })
  }

  /** @throws ViridianError `E_STEP_UNSETTLED` when something was begun and not awaited */
  refuseOpen(): void {
    if (this.#open.size === 0) return
    const names = [...this.#open.values()].map((shown) => nameOf({ shown }))
    throw new ViridianError(
      'E_STEP_UNSETTLED',
      `${this.#host}: the task returned while commands were not finished: ${names.join(', ')}`,
      { hint: 'await everything that it starts on a host', place: { host: this.#host } },
    )
  }

  /** Ends what is open, and refuses what comes now. */
  end(): void {
    this.#outer.removeEventListener('abort', this.#follow)
    this.#open.clear()
    this.#hasEnded = true
    this.#controller.abort(
      new ViridianError('E_TASK_ENDED', `the task has ended on ${this.#host}`, {
        hint: 'a host is at hand until the function that was given it returns',
        place: { host: this.#host },
      }),
    )
  }
}
