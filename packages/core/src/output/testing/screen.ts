import { Writable } from 'node:stream'
import { Terminal } from '@xterm/headless'

/** A stream whose other end is a terminal that can be looked at. */
export class Screen extends Writable {
  readonly #terminal: Terminal
  /** Every write as it came. */
  readonly writes: string[] = []
  /** What a host must not reach: the title, the bell. */
  readonly disturbed: string[] = []

  constructor(columns: number, rows: number) {
    super({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        if (text !== '') this.writes.push(text)
        this.#terminal.write(text, done)
      },
    })
    this.#terminal = new Terminal({
      cols: columns,
      rows,
      scrollback: 10_000,
      convertEol: true,
      allowProposedApi: true,
    })
    this.#terminal.onTitleChange((title) => this.disturbed.push(title))
    this.#terminal.onBell(() => this.disturbed.push('bell'))
  }

  get columns(): number {
    return this.#terminal.cols
  }

  get rows(): number {
    return this.#terminal.rows
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows)
    this.emit('resize')
  }

  /** Waits until it shows all that was written. */
  async settled(): Promise<void> {
    await new Promise<void>((resolve) => this.write('', () => resolve()))
  }

  /** What can be seen now. */
  get shown(): string[] {
    return this.#from(this.#terminal.buffer.active.baseY)
  }

  /** All that can be scrolled to, too; a line that was wrapped counts as one. */
  get all(): string[] {
    return this.#from(0)
  }

  #from(first: number): string[] {
    const { active } = this.#terminal.buffer
    const lines: string[] = []
    for (let index = first; index < active.length; index += 1) {
      const line = active.getLine(index)
      const text = line?.translateToString(true) ?? ''
      if (line?.isWrapped && lines.length > 0) lines.push(`${lines.pop()}${text}`)
      else lines.push(text)
    }
    while (lines.at(-1) === '') lines.pop()
    return lines
  }
}
