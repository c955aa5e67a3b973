import { constants } from 'node:os'
import { StringDecoder } from 'node:string_decoder'
import { formatDuration, parseDuration } from '../duration.ts'
import { ViridianError } from '../error.ts'
import type { CommandOptions, CommandResult } from './host.ts'
import { LineSplitter } from './line-splitter.ts'
import { Tail } from './tail.ts'
import type { Connection, ExitStatus, Input } from './transport.ts'

const kept = 256 * 1024
const linesInErrors = 10

/** A command, ready to be sent. */
export interface Order {
  readonly host: string
  /** The whole command line. */
  readonly wire: string
  /** What people see of it, secrets masked. */
  readonly shown: string
  readonly input?: Input
  /** Takes the output's bytes, in place of its tail. */
  readonly onBytes?: (chunk: Buffer) => void
}

export interface Circumstances {
  readonly signal: AbortSignal
  readonly mask: (text: string) => string
  readonly onLine: (stream: 'stdout' | 'stderr', line: string) => void
}

/**
 * Runs a command on a connection and judges how it ended.
 *
 * @throws ViridianError `E_COMMAND_FAILED`, `E_COMMAND_TIMEOUT`, `E_COMMAND_ABORTED`, or the connection's failure
 */
export async function runCommand(
  connection: Connection,
  order: Order,
  options: CommandOptions,
  around: Circumstances,
): Promise<CommandResult> {
  const limits = new Limits(order, options, around.signal)
  const stdout = new Output('stdout', options, around)
  const stderr = new Output('stderr', options, around)
  try {
    const exit = await connection.exec(order.wire, {
      ...(order.input && { input: order.input }),
      onStdout: limits.watched(order.onBytes ?? ((chunk) => stdout.add(chunk))),
      onStderr: limits.watched((chunk) => stderr.add(chunk)),
      signal: limits.signal,
    })
    const lines = [...stdout.end(), ...stderr.end()]
    return judge(order, options, exit, { stdout, stderr, lines }, around.mask)
  } finally {
    limits.release()
  }
}

/** One stream of a command: its lines as they come, its last part in the end. */
class Output {
  readonly #decoder = new StringDecoder('utf8')
  readonly #tail = new Tail(kept)
  readonly #splitter: LineSplitter
  readonly #recent: string[] = []

  constructor(stream: 'stdout' | 'stderr', options: CommandOptions, around: Circumstances) {
    this.#splitter = new LineSplitter((line) => {
      this.#recent.push(line)
      if (this.#recent.length > linesInErrors) this.#recent.shift()
      if (!options.quiet) around.onLine(stream, around.mask(line))
    })
  }

  get truncated(): boolean {
    return this.#tail.truncated
  }

  get text(): string {
    return this.#tail.toString().replace(/\r?\n$/, '')
  }

  add(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk))
  }

  /** Gives the last lines. */
  end(): readonly string[] {
    this.#take(this.#decoder.end())
    this.#splitter.end()
    return this.#recent
  }

  #take(text: string): void {
    this.#tail.add(text)
    this.#splitter.add(text)
  }
}

/** Ends a command that takes too long, is silent for too long, or is no longer wanted. */
class Limits {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal
  readonly #abort: () => void
  readonly #timer: NodeJS.Timeout | undefined
  readonly #idle: NodeJS.Timeout | undefined

  constructor({ host, shown }: Order, { timeout, idleTimeout }: CommandOptions, outer: AbortSignal) {
    const stop = (code: string, what: string, hint: string, cause?: unknown): void =>
      this.#controller.abort(
        new ViridianError(code, `${host}: "${shown}" ${what}`, { hint, place: { host }, cause }),
      )
    const after = (limit: number | string | undefined, what: string): NodeJS.Timeout | undefined => {
      if (limit === undefined) return undefined
      const length = parseDuration(limit)
      const hint = 'it was ended on the host; give it a longer time, or see why it takes so long'
      return setTimeout(() => stop('E_COMMAND_TIMEOUT', `${what} ${formatDuration(length)}`, hint), length)
    }
    this.#outer = outer
    this.#abort = () =>
      stop('E_COMMAND_ABORTED', 'was ended, since the run stops', 'see what stopped the run', outer.reason)
    this.#timer = after(timeout, 'took longer than')
    this.#idle = after(idleTimeout, 'said nothing for')
    outer.addEventListener('abort', this.#abort, { once: true })
    if (outer.aborted) this.#abort()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  watched(take: (chunk: Buffer) => void): (chunk: Buffer) => void {
    return (chunk) => {
      this.#idle?.refresh()
      take(chunk)
    }
  }

  release(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#idle)
    this.#outer.removeEventListener('abort', this.#abort)
  }
}

interface Said {
  readonly stdout: Output
  readonly stderr: Output
  readonly lines: readonly string[]
}

function judge(
  order: Order,
  options: CommandOptions,
  exit: ExitStatus,
  said: Said,
  mask: Circumstances['mask'],
) {
  const code = exit.code ?? codeOfSignal(exit.signal)
  const okCodes = options.okCodes ?? [0]
  if (exit.signal === null && okCodes.includes(code)) {
    const { stdout, stderr } = said
    const texts = { stdout: stdout.text, stderr: stderr.text }
    const truncated = stdout.truncated || stderr.truncated
    return { command: order.shown, code, signal: exit.signal, ...texts, truncated }
  }
  const end = exit.signal === null ? `exit code ${code}` : exit.signal
  const lines = said.lines.slice(-linesInErrors).map((line) => `\n  ${mask(line)}`)
  throw new ViridianError(
    'E_COMMAND_FAILED',
    `${order.host}: "${order.shown}" failed with ${end}${lines.join('')}`,
    {
      ...hintFor(code, said.lines),
      place: { host: order.host },
    },
  )
}

// As shells count: 128 and the signal's number.
function codeOfSignal(signal: string | null): number {
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1]
  return 128 + (number ?? 0)
}

function hintFor(code: number, lines: readonly string[]): { hint?: string } {
  if (lines.some((line) => line.startsWith('sudo: '))) {
    return { hint: 'sudo is asked not to prompt (-n): let this user run it without a password' }
  }
  if (code === 127) return { hint: 'is it installed, and on the PATH of a shell that is no login shell?' }
  if (code === 126) return { hint: 'the file is there, but may not be executed' }
  if (code === 137) return { hint: 'it was killed: see whether the host ran out of memory' }
  return {}
}
