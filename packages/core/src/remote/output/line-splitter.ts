import { anywhere, type Cuts } from './cuts.ts'

const longest = 16 * 1024
// Of what may be one endless secret, or a title for the terminal that never ends.
const mostHeldBack = 1024 * 1024

/** Gives a text that comes in pieces line by line, each as a terminal would show it in the end. */
export class LineSplitter {
  readonly #onLine: (line: string) => void
  readonly #cuts: Cuts
  #rest = ''

  /** @param cuts - where endless lines may be cut */
  constructor(onLine: (line: string) => void, cuts: Cuts = anywhere) {
    this.#onLine = onLine
    this.#cuts = cuts
  }

  add(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#onLine(asShown(line))
    this.#shorten()
  }

  /** Gives what is left without a line end. */
  end(): void {
    if (this.#rest !== '') this.#onLine(asShown(this.#rest))
    this.#rest = ''
  }

  // A progress bar redraws itself without ever ending its line; other endless lines are cut.
  #shorten(): void {
    if (this.#rest.length <= longest) return
    const redrawn = this.#rest.lastIndexOf('\r', this.#rest.length - 2)
    if (redrawn >= 0) this.#rest = this.#rest.slice(redrawn + 1)
    else this.#cut()
  }

  #cut(): void {
    const isTooMuch = this.#rest.length > mostHeldBack
    const at = this.#cuts.last(this.#rest) || (isTooMuch ? this.#rest.length : 0)
    if (at > 0) this.#onLine(asShown(this.#rest.slice(0, at)))
    this.#rest = this.#rest.slice(at)
  }
}

// After a carriage return the line is written anew.
function asShown(line: string): string {
  const text = line.replace(/\r+$/, '')
  return text.slice(text.lastIndexOf('\r') + 1)
}
