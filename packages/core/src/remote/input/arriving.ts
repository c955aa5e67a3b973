import { joined } from './joined.ts'
import type { Spool } from './spool.ts'

/** What there is of a stream so far, in memory: its size is known beforehand, and hosts read what comes as it comes. */
export class Arriving implements Spool {
  readonly size: number
  readonly #arrived: Uint8Array[] = []
  readonly #waiting: (() => void)[] = []
  readonly #arrival: Promise<void>
  #isOver = false
  #failure: { readonly error: unknown } | undefined

  constructor(size: number, source: AsyncIterable<Uint8Array>) {
    this.size = size
    this.#arrival = this.#take(source)
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (let next = 0; ; next += 1) {
      while (next >= this.#arrived.length && !this.#isOver)
        await new Promise<void>((resolve) => this.#waiting.push(resolve))
      const chunk = this.#arrived[next]
      if (chunk) yield chunk
      else if (this.#failure) throw this.#failure.error
      else return
    }
  }

  /** No more of it is read. */
  async dispose(): Promise<void> {
    this.#isOver = true
    await this.#arrival
  }

  async #take(source: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of joined(source)) {
        if (this.#isOver) break
        this.#arrived.push(chunk)
        this.#tell()
      }
    } catch (error) {
      this.#failure = { error }
    }
    this.#isOver = true
    this.#tell()
  }

  #tell(): void {
    for (const go of this.#waiting.splice(0)) go()
  }
}
