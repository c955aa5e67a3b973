import { formatDuration, parseTimer } from '../../duration.ts'
import { ViridianError } from '../../error.ts'
import type { CommandOptions } from '../command/run-command.ts'
import { nameOf, type Order } from './order.ts'

const whatTakesLong = 'it was ended; give it a longer time, or see why it takes so long'
const whatHoldsUp =
  "see what the start-up files of the user's login shell wait for, or run in its place, and ForceCommand in the host's sshd_config"

/** Ends a command that does not begin, takes too long, is silent for too long, or is no longer wanted. */
export class Limits {
  readonly #controller = new AbortController()
  readonly #command: Pick<Order, 'host' | 'shown'>
  readonly #outer: AbortSignal
  readonly #abort: () => void
  readonly #timer: NodeJS.Timeout | undefined
  readonly #idle: NodeJS.Timeout | undefined
  #start: NodeJS.Timeout | undefined
  #hasBegun = false

  constructor(
    command: Pick<Order, 'host' | 'shown'>,
    { timeout, idleTimeout }: CommandOptions,
    outer: AbortSignal,
  ) {
    const after = (limit: number | string | undefined, what: string): NodeJS.Timeout | undefined => {
      if (limit === undefined) return undefined
      const length = parseTimer(limit)
      return setTimeout(() => {
        const isWaiting = this.#start !== undefined && !this.#hasBegun
        const hint = isWaiting ? `it has not even begun: ${whatHoldsUp}` : whatTakesLong
        this.#stop('E_COMMAND_TIMEOUT', `${what} ${formatDuration(length)}`, hint)
      }, length)
    }
    this.#command = command
    this.#outer = outer
    this.#abort = () =>
      this.#stop(
        'E_COMMAND_ABORTED',
        'was ended, since the run stops',
        'see what stopped the run',
        outer.reason,
      )
    this.#timer = after(timeout, 'took longer than')
    this.#idle = after(idleTimeout, 'said nothing for')
    outer.addEventListener('abort', this.#abort, { once: true })
    if (outer.aborted) this.#abort()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The host has taken the command line: the command has so many milliseconds to begin. */
  accepted(patience: number): void {
    this.#start = setTimeout(() => {
      const hint = `${whatHoldsUp}; a longer connectTimeout gives it more time`
      this.#stop('E_COMMAND_NOT_RUN', `has not begun within ${formatDuration(patience)}`, hint)
    }, patience)
  }

  begun(): void {
    this.#hasBegun = true
    clearTimeout(this.#start)
  }

  /** It has said something. */
  alive(): void {
    this.#idle?.refresh()
  }

  /** It has ended; what it left in the background may still hold its outputs open, and is nobody to end. */
  ended(): void {
    clearTimeout(this.#start)
    clearTimeout(this.#timer)
    clearTimeout(this.#idle)
  }

  release(): void {
    this.ended()
    this.#outer.removeEventListener('abort', this.#abort)
  }

  #stop(code: string, what: string, hint: string, cause?: unknown): void {
    const place = { host: this.#command.host }
    const message = `${nameOf(this.#command)} ${what}`
    this.#controller.abort(new ViridianError(code, message, { hint, place, cause }))
  }
}
