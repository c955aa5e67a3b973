const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

// One end of a terminal or a job comes as several signals: of the kernel, of the shell, of a package manager that passes on
// what it got itself, to a process and to its group.
const onceMs = 200

type Take = (signal: NodeJS.Signals) => void

/**
 * The signals that end a command. Those that come together are one; a second one is a later one, which somebody has sent,
 * and no terminal that hangs up.
 */
export class EndSignals {
  readonly #first: Take
  #second: Take
  #since: number | undefined

  /** @param second - left out: it ends the process, as a signal does that nobody takes */
  constructor(first: Take, second?: Take) {
    this.#first = first
    this.#second = second ?? this.#end
    for (const name of names) process.on(name, this.take)
  }

  /** True once one has come. */
  get came(): boolean {
    return this.#since !== undefined
  }

  readonly take: Take = (signal) => {
    if (this.#since === undefined) {
      this.#since = performance.now()
      this.#first(signal)
    } else if (signal !== 'SIGHUP' && performance.now() - this.#since > onceMs) this.#second(signal)
  }

  /** What they were to end has ended, maybe before the last of those that come together: that one must not end the process. */
  release(): void {
    if (this.came) this.#second = this.#end
    else this.#off()
  }

  readonly #end: Take = (signal) => {
    this.#off()
    process.kill(process.pid, signal)
  }

  #off(): void {
    for (const name of names) process.off(name, this.take)
  }
}
