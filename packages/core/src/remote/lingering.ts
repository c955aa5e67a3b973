// What was said before the end arrives within these, on a slow line too.
const silenceMs = 1_000
const mostMs = 10_000
// The lifeline's five seconds between SIGTERM and SIGKILL, and some for the way.
const dyingMs = 7_000

/**
 * Ends the output of a command that has ended. What a command leaves running in the background may keep its outputs
 * open for ever, and OpenSSH then waits: here, a second of silence is the end, or ten of talking.
 */
export class Lingering {
  readonly #end: () => void
  #timer: NodeJS.Timeout | undefined
  #deadline = 0
  #waiting = 0

  constructor(end: () => void) {
    this.#end = end
  }

  get hasExited(): boolean {
    return this.#deadline > 0
  }

  /** Milliseconds that a command is given to end when it is told to: none when it has. */
  get patience(): number {
    return this.hasExited ? 0 : dyingMs
  }

  exited(): void {
    this.#deadline = performance.now() + mostMs
    this.#arm()
  }

  /** It still says something. */
  heard(): void {
    if (this.#timer !== undefined && performance.now() < this.#deadline) this.#arm()
  }

  /** While its output is held up on our side, its silence is not its own. */
  async during(pending: Promise<void>): Promise<void> {
    this.#waiting += 1
    const began = performance.now()
    try {
      await pending
    } finally {
      this.#waiting -= 1
      if (this.hasExited) this.#deadline += performance.now() - began
      this.heard()
    }
  }

  release(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #arm(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (this.#waiting > 0) this.#arm()
      else this.#end()
    }, silenceMs)
  }
}
