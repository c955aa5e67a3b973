import type { Session } from './session.ts'

// Keepalives are answered by the same socket: the connection must not pass for dead while a reader looks away.
const longestMs = 10_000

/**
 * Holds a connection back while what came over it is not taken. A channel that does not read is sent up to 3 MB all the
 * same, which ssh2 keeps: 50 hosts would be given 150 MB, and the pieces around them.
 */
export class Brake {
  readonly #socket: Pick<Session['socket'], 'pause' | 'resume'>
  readonly #holders = new Map<object, NodeJS.Timeout>()
  #freeSince = Number.NEGATIVE_INFINITY

  constructor(socket: Pick<Session['socket'], 'pause' | 'resume'>) {
    this.#socket = socket
  }

  /** For how long nobody has held it. */
  get freeMs(): number {
    return this.#holders.size > 0 ? 0 : performance.now() - this.#freeSince
  }

  /** Reads nothing more until the holder releases it, for some seconds at most. */
  hold(holder: object): void {
    if (this.#holders.has(holder)) return
    const timer = setTimeout(() => this.release(holder), longestMs)
    timer.unref()
    this.#holders.set(holder, timer)
    this.#socket.pause()
  }

  release(holder: object): void {
    clearTimeout(this.#holders.get(holder))
    if (!this.#holders.delete(holder) || this.#holders.size > 0) return
    this.#freeSince = performance.now()
    this.#socket.resume()
  }
}
