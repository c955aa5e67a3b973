import type { Writable } from 'node:stream'
import { readerOf } from './reader.ts'

const batch = 64 * 1024

/** Writes lines to a stream, those of one turn of the event loop's at once: a call for each would cost more than the line. */
export class LineWriter {
  // As it is now: later on the stream may treat what others write to it in its own way.
  readonly #write: (text: string) => unknown
  readonly #behind: () => Promise<void> | undefined
  #text = ''
  #isDue = false

  constructor(stream: Writable) {
    this.#write = stream.write.bind(stream)
    this.#behind = readerOf(stream)
  }

  line(line: string): void {
    this.#text += `${line}\n`
    if (this.#text.length > batch) this.flush()
    if (this.#isDue) return
    this.#isDue = true
    queueMicrotask(() => this.flush())
  }

  flush(): void {
    this.#isDue = false
    if (this.#text === '') return
    const text = this.#text
    this.#text = ''
    this.#write(text)
  }

  /** Pending while whoever reads the lines is behind; undefined: they are not. */
  caughtUp(): Promise<void> | undefined {
    this.flush()
    return this.#behind()
  }
}
