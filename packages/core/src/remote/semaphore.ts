/** Lets at most `size` holders in at a time, first come, first served. */
export class Semaphore {
  #size: number
  #free: number
  /** Places that go when their holders leave. */
  #surplus = 0
  readonly #waiting: (() => void)[] = []

  constructor(size: number) {
    this.#size = size
    this.#free = size
  }

  /** Takes a place away for good, as soon as a holder leaves; false when it is the last one. */
  shrink(): boolean {
    if (this.#size === 1) return false
    this.#size -= 1
    if (this.#free > 0) this.#free -= 1
    else this.#surplus += 1
    return true
  }

  /** Runs `body` when it is its turn; a waiting one leaves the queue when aborted, with the signal's reason. */
  async run<Value>(signal: AbortSignal | undefined, body: () => Promise<Value>): Promise<Value> {
    await this.#enter(signal)
    try {
      return await body()
    } finally {
      this.#leave()
    }
  }

  async #enter(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      const abort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1)
        reject(signal?.reason)
      }
      this.#waiting.push(enter)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  #leave(): void {
    if (this.#surplus > 0) {
      this.#surplus -= 1
      return
    }
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free += 1
  }
}
