import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { until } from './referees/until.ts'

const program = fileURLToPath(new URL('pseudo-terminal.py', import.meta.url))

/** A terminal with a shell in it, and a person who types. */
export class PseudoTerminal {
  readonly #child: ChildProcess
  #said = ''
  #read = 0

  /** Opens one of this size, whose shell waits for what is typed. */
  static async open(directory: string, rows = 33, columns = 101): Promise<PseudoTerminal> {
    const terminal = new PseudoTerminal(directory, rows, columns)
    await terminal.shows('here> ')
    return terminal
  }

  private constructor(directory: string, rows: number, columns: number) {
    const { PATH = '', HOME = '' } = process.env
    const args = [program, `${rows}`, `${columns}`, '/bin/sh', '-i']
    const env = { PATH, HOME, TERM: 'xterm', NO_COLOR: '1', LC_ALL: 'C.UTF-8' }
    this.#child = spawn('python3', args, { cwd: directory, env, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text
    })
    // Shells make their own prompt for root.
    this.type("PS1='here''> '\r")
  }

  /** All that was shown since the last wait. */
  get shown(): string {
    return this.#said.slice(this.#read)
  }

  type(keys: string): void {
    this.#order({ keys })
  }

  resize(rows: number, columns: number): void {
    this.#order({ size: [rows, columns] })
  }

  /** Waits until something is shown, and gives all that was shown up to there since the last wait. */
  async shows(text: string): Promise<string> {
    try {
      await until(`the terminal shows ${JSON.stringify(text)}`, () => this.shown.includes(text))
    } catch (error) {
      throw new Error(`instead it shows:\n${this.shown}`, { cause: error })
    }
    const end = this.#said.indexOf(text, this.#read) + text.length
    const shown = this.#said.slice(this.#read, end)
    this.#read = end
    return shown
  }

  /** Runs a command in the local shell to its end, and gives what it showed. */
  async run(command: string): Promise<string> {
    this.type(`${command}\r`)
    await this.shows(`${command}\r\n`)
    return (await this.shows('here> ')).replace(/here> $/, '').trim()
  }

  /** Walks away: the terminal hangs up. */
  async hangUp(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await ended
  }

  #order(order: object): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`)
  }
}
