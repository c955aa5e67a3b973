interface Alarm {
  /** In this time. */
  readonly at: number
  readonly ring: () => void
  timer: NodeJS.Timeout | undefined
}

/**
 * The time that a host takes for itself, in milliseconds. It stands still while a person is asked something, and while
 * other hosts have their turn: neither is the host's fault.
 */
export class HostTime {
  #spent = 0
  #since = performance.now()
  #holds = 0
  #alarm: Alarm | undefined

  get spent(): number {
    return this.#holds > 0 ? this.#spent : this.#spent + performance.now() - this.#since
  }

  async standing<Value>(body: () => Promise<Value>): Promise<Value> {
    this.#hold()
    try {
      return await body()
    } finally {
      this.#goOn()
    }
  }

  /** Calls `ring` when so much more of it is spent, one alarm at a time; the function given calls it off. */
  alarm(ms: number, ring: () => void): () => void {
    this.#alarm = { at: this.spent + ms, ring, timer: undefined }
    if (this.#holds === 0) this.#wind()
    return () => {
      clearTimeout(this.#alarm?.timer)
      this.#alarm = undefined
    }
  }

  #hold(): void {
    if (this.#holds === 0) {
      this.#spent = this.spent
      clearTimeout(this.#alarm?.timer)
    }
    this.#holds += 1
  }

  #goOn(): void {
    this.#holds -= 1
    if (this.#holds > 0) return
    this.#since = performance.now()
    this.#wind()
  }

  #wind(): void {
    const alarm = this.#alarm
    if (alarm) alarm.timer = setTimeout(alarm.ring, Math.max(0, alarm.at - this.spent))
  }
}
