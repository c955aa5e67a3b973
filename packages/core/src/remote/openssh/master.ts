import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { ownDirectory } from '../../own-directory.ts'
import type { ConnectionHolder } from './master-client.ts'
import { MuxSocket } from './mux-socket.ts'
import { isOfHost } from './questions.ts'
import type { Reaper } from './reaper.ts'
import { reasonIn } from './said.ts'

const askpass = join(ownDirectory, '../bin/askpass')

// It waits until the reaper knows of it: from then on, nothing that it starts outlives the runner.
const begin = 'read -r _ && exec ssh "$@"'

const linesKept = 300
const endingTime = 1_000
const lastWordsTime = 200

export interface MasterOptions {
  readonly args: readonly string[]
  readonly control: string
  readonly reaper: Reaper
  /** Answers a question of `ssh`; undefined: there is no answer, and where the host has asked, `ssh` is ended. */
  readonly answer: (prompt: string) => Promise<string | undefined>
  /** Told of what a person should do, such as touch a key. */
  readonly note: (text: string) => void
}

/** A running `ssh` that holds a connection. */
export class Master implements ConnectionHolder {
  /** What it says, its debug lines included; the last part of it. */
  readonly lines: string[] = []
  readonly ended: Promise<Error>
  readonly #process: ChildProcess
  readonly #options: MasterOptions
  readonly #token = randomBytes(16).toString('hex')
  readonly #authenticated: Promise<void>
  #tellAuthenticated: () => void = () => undefined
  #question: string[] | undefined
  #text = ''
  #code: number | null | undefined

  constructor(options: MasterOptions) {
    this.#options = options
    this.#authenticated = new Promise((resolve) => (this.#tellAuthenticated = resolve))
    const child = spawn('/bin/sh', ['-c', begin, 'sh', ...options.args], {
      stdio: ['pipe', 'ignore', 'pipe'],
      // A Ctrl-C at the terminal is the runner's to handle.
      detached: true,
      env: {
        ...process.env,
        LC_ALL: 'C',
        SSH_ASKPASS: askpass,
        SSH_ASKPASS_REQUIRE: 'force',
        VIRIDIAN_QUESTION: this.#token,
      },
    })
    this.#process = child
    child.stdin?.on('error', () => undefined)
    child.stderr?.on('error', () => undefined)
    child.stderr?.on('data', (chunk: Buffer) => this.#take(chunk.toString('utf8')))
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, error?: Error): void => {
        if (this.#code !== undefined) return
        this.#code = code
        if (child.pid !== undefined) options.reaper.forget(child.pid)
        if (this.#text !== '') this.#line(this.#text)
        this.#tellAuthenticated()
        resolve(error ?? new Error(reasonIn(this.lines) ?? 'ssh ended without a word'))
      }
      child.on('error', (error) => end(null, error))
      child.on('close', (code) => end(code))
      // Who it has left behind may hold its standard error.
      child.on('exit', (code) => setTimeout(() => end(code), lastWordsTime).unref())
    })
    if (child.pid === undefined) return
    options.reaper.watch(child.pid)
    child.stdin?.write('\n')
  }

  get control(): string {
    return this.#options.control
  }

  /** Undefined while it runs. */
  get code(): number | null | undefined {
    return this.#code
  }

  /** Waits until it is logged in; undefined: it has ended without. */
  async socket(): Promise<MuxSocket | undefined> {
    await this.#authenticated
    // It makes its control socket in the same moment.
    for (let pause = 1; this.#code === undefined; pause = Math.min(50, pause * 2)) {
      try {
        const socket = await MuxSocket.open(this.#options.control)
        await socket.becomeProxy()
        return socket
      } catch (error) {
        if (!isAbsent(error)) throw error
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
    return undefined
  }

  async end(): Promise<void> {
    if (this.#code === undefined) {
      if (this.#isRunning()) this.#process.kill('SIGTERM')
      // A stopped one, for instance.
      const timer = setTimeout(() => this.#process.kill('SIGKILL'), endingTime)
      await this.ended
      clearTimeout(timer)
    }
    this.#process.stderr?.destroy()
  }

  async lastWords(): Promise<Error> {
    const timer = setTimeout(() => void this.end(), endingTime)
    const reason = await this.ended
    clearTimeout(timer)
    return reason
  }

  #isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  #take(text: string): void {
    const lines = (this.#text + text).split('\n')
    this.#text = lines.pop() ?? ''
    for (const line of lines) this.#line(line.replace(/\r$/, ''))
  }

  #line(line: string): void {
    if (this.#question !== undefined) {
      if (line === this.#token) this.#ask(this.#question)
      else this.#question.push(line)
    } else if (line.startsWith(`${this.#token} `)) {
      this.#question = [line.slice(this.#token.length + 1)]
    } else {
      this.lines.push(line)
      if (this.lines.length > linesKept) this.lines.shift()
      if (/^(?:debug1: )?Authenticated to /.test(line)) this.#tellAuthenticated()
    }
  }

  #ask([kind, ...lines]: readonly string[]): void {
    this.#question = undefined
    const prompt = lines.join('\n')
    if (kind === 'none') this.#options.note(prompt)
    else {
      this.#options.answer(prompt).then(
        (answer) => (answer === undefined ? this.#decline(prompt) : this.#reply(`+${answer}\n`)),
        () => this.#decline(prompt),
      )
    }
  }

  // A host would be sent an empty password.
  #decline(prompt: string): void {
    if (isOfHost(prompt)) void this.end()
    else this.#reply('\n')
  }

  // Standard error is one end of a socket: its other direction leads to the program that asks.
  #reply(line: string): void {
    const { stderr } = this.#process
    if (stderr instanceof Socket && stderr.writable) stderr.write(line)
  }
}

function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')
  )
}
