import type { Writable } from 'node:stream'
import { widthOf } from './width.ts'

/** A terminal that is written to. */
export type TerminalStream = Writable & { readonly columns?: number; readonly rows?: number }

// Terminals that know it show what stands between these two at once; others pass over it.
const begin = '\u001b[?2026h'
const end = '\u001b[?2026l'
const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
const eraseLine = '\u001b[K'
const eraseBelow = '\u001b[J'

/** The last lines of a terminal, drawn anew in their place, and lines above them that stay: one write a frame. */
export class LiveArea {
  readonly #stream: TerminalStream
  // As it is now: later on the stream may treat what others write to it in its own way.
  readonly #write: (text: string) => unknown
  #drawn: readonly string[] = []
  #columns = 0
  readonly #restore = (): void => void this.#write(showCursor)
  // Whoever stops us gets the terminal as it is meant to be. What they do there is not ours to draw over later.
  readonly #giveAway = (): void => {
    this.#drawn = []
    this.#write(this.#show())
    process.kill(process.pid, 'SIGSTOP')
  }

  constructor(stream: TerminalStream) {
    this.#stream = stream
    this.#write = stream.write.bind(stream)
  }

  /** Puts `staying` above the area, and `lines` in place of what it shows. These must each fit a row. */
  draw(staying: readonly string[], lines: readonly string[]): void {
    const columns = columnsOf(this.#stream)
    const isResized = columns !== this.#columns
    if (staying.length === 0 && !isResized && same(lines, this.#drawn)) return
    const isRebuilt = staying.length > 0 || isResized || lines.length < this.#drawn.length
    const text = [
      this.#drawn.length === 0 && lines.length > 0 ? this.#hide() : '',
      this.#up(),
      isRebuilt ? eraseBelow : '',
      ...staying.map((line) => `${line}\n`),
      ...lines.map((line) => `${line}${isRebuilt ? '' : eraseLine}\n`),
      this.#drawn.length > 0 && lines.length === 0 ? this.#show() : '',
    ].join('')
    this.#drawn = lines
    this.#columns = columns
    if (text !== '') this.#write(`${begin}${text}${end}`)
  }

  /** To the area's first row. A terminal that has become narrower has wrapped its lines. */
  #up(): string {
    const columns = columnsOf(this.#stream)
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0)
    const reachable = Math.min(rows, rowsOf(this.#stream) - 1)
    return reachable > 0 ? `\r\u001b[${reachable}A` : ''
  }

  #hide(): string {
    process.on('exit', this.#restore)
    process.on('SIGTSTP', this.#giveAway)
    return hideCursor
  }

  #show(): string {
    process.off('exit', this.#restore)
    process.off('SIGTSTP', this.#giveAway)
    return showCursor
  }
}

/** How wide a terminal is; some say nothing, or 0. */
export const columnsOf = ({ columns }: TerminalStream): number => columns || 80

export const rowsOf = ({ rows }: TerminalStream): number => rows || 24

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((line, index) => line === other[index])
