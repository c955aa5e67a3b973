import { constants } from 'node:os'
import { StringDecoder } from 'node:string_decoder'
import { ViridianError } from '../../error.ts'
import { shortened } from '../../shortened.ts'
import { Announced } from '../command/announcement.ts'
import { isWithoutRoom } from '../command/lifeline.ts'
import type { CommandOptions, CommandResult } from '../command/run-command.ts'
import { sudoHint } from '../command/sudo.ts'
import { inputAfter } from '../input/after.ts'
import { anywhere, type Cuts } from '../output/cuts.ts'
import { LineSplitter } from '../output/line-splitter.ts'
import type { OutputFile, OutputFiles } from '../output/output-files.ts'
import { Tail } from '../output/tail.ts'
import type { Connection, ExitStatus } from '../transport.ts'
import { Limits } from './limits.ts'
import { nameOf, type Order } from './order.ts'

const kept = 256 * 1024
// Linux takes no longer word: a shell's -c is followed by one.
const longestWord = 128 * 1024
const linesInErrors = 10
const longestInErrors = 1000

export interface Circumstances {
  readonly signal: AbortSignal
  readonly mask: (text: string) => string
  /** Where output may be cut that is masked afterwards. @default anywhere */
  readonly cuts?: Cuts
  /** Where the whole of a long output goes. @default nowhere */
  readonly outputs?: OutputFiles
  readonly onLine: (stream: 'stdout' | 'stderr', line: string) => void
  /** Pending while whoever reads the lines is behind: the command then waits with its output. */
  readonly caughtUp?: () => Promise<void> | undefined
}

/** What runs command lines: a connection, or what stands for one where `tasks` runs. */
type Runner = Pick<Connection, 'exec' | 'patience'> & Partial<Pick<Connection, 'shell'>>

/**
 * Runs a command on a connection and judges how it ended.
 *
 * @throws ViridianError `E_COMMAND_FAILED`, `E_COMMAND_LONG`, `E_COMMAND_NOT_RUN`, `E_COMMAND_TIMEOUT`,
 * `E_COMMAND_ABORTED`, or the connection's failure
 */
export async function runCommand(
  connection: Runner,
  order: Order,
  options: CommandOptions,
  around: Circumstances,
): Promise<CommandResult> {
  refuseLong(order)
  const byLogin = connection.shell?.watches ? order.wireByLogin?.() : undefined
  const limits = new Limits(order, options, around.signal)
  let file: OutputFile | undefined
  const spill = (): void => {
    if (file || !around.outputs) return
    file = around.outputs.open(order.host)
    for (const { stream, held } of [stdout, stderr]) file.add(stream, held)
  }
  const keeping = { spill, file: () => file }
  const stdout = new Output('stdout', options, around, keeping, order.onBytes)
  const stderr = new Output('stderr', options, around, keeping)
  // Before that, another program may stand in the command's place, and would take its input for its own.
  let begin: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const taking = (output: Output) => (chunk: Buffer) => {
    limits.alive()
    const taking = output.add(chunk)
    if (output.begun || output.isJoined) {
      limits.begun()
      begin()
    }
    return taking ?? around.caughtUp?.()
  }
  try {
    const exit = await connection.exec(byLogin ?? order.wire, {
      ...(order.input && { input: inputAfter(begun, order.input) }),
      ...(order.pty && { pty: order.pty }),
      onAccepted: () => limits.accepted(connection.patience),
      onStdout: taking(stdout),
      onStderr: taking(stderr),
      onExit: () => limits.ended(),
      signal: limits.signal,
    })
    const lines = [...(await stdout.end()), ...(await stderr.end())]
    // Whatever its code: it is sudo's own.
    if (order.sudo && !stdout.begun && (stderr.begun || stdout.isJoined)) {
      const said = stdout.isJoined ? linesOf(stdout.before) : lines
      throw failed(order, exit, { lines: said, file: undefined }, around.mask)
    }
    if (!stdout.begun && byLogin !== undefined) {
      connection.shell?.doubt()
      return await runCommand(connection, order, options, around)
    }
    if (!stdout.begun) throw notRun(order, exit, [stdout.before, stderr.before], around.mask)
    connection.shell?.learn(stdout.shell)
    return judge(order, options, exit, { stdout, stderr, lines, file: file?.path }, around.mask)
  } finally {
    begin()
    limits.release()
    file?.end()
  }
}

function refuseLong(order: Order): void {
  const size = Buffer.byteLength(order.wire)
  if (size < longestWord) return
  throw new ViridianError(
    'E_COMMAND_LONG',
    `${nameOf(order)} is too long for a command line: ${size} bytes as it is sent, of ${longestWord} that a system takes`,
    {
      hint: 'give what is long as stdin, or put it there as a file',
      ...(order.host !== undefined && { place: { host: order.host } }),
    },
  )
}

/** The file of a command's whole output, once there is one. */
interface Keeping {
  readonly spill: () => void
  readonly file: () => OutputFile | undefined
}

/** One stream of a command: its lines as they come, its last part in the end. */
class Output {
  readonly stream: 'stdout' | 'stderr'
  readonly #announced: Announced
  readonly #decoder = new StringDecoder('utf8')
  readonly #tail = new Tail(kept)
  readonly #splitter: LineSplitter
  readonly #recent: string[] = []
  readonly #cuts: Cuts
  readonly #keeping: Keeping
  readonly #onBytes: Order['onBytes']

  constructor(
    stream: 'stdout' | 'stderr',
    options: CommandOptions,
    around: Circumstances,
    keeping: Keeping,
    onBytes?: Order['onBytes'],
  ) {
    this.stream = stream
    this.#announced = new Announced(stream)
    this.#keeping = keeping
    this.#onBytes = onBytes
    this.#cuts = around.cuts ?? anywhere
    this.#splitter = new LineSplitter((line) => {
      this.#recent.push(line)
      if (this.#recent.length > linesInErrors) this.#recent.shift()
      if (!options.quiet) around.onLine(stream, around.mask(line))
    }, this.#cuts)
  }

  get begun(): boolean {
    return this.#announced.begun
  }

  /** The login has made one of both outputs. */
  get isJoined(): boolean {
    return this.#announced.isJoined
  }

  /** What was said before the command began. */
  get before(): string {
    const { before, isCut } = this.#announced
    return isCut ? this.#withoutStart(before) : before
  }

  /** The path of the login's shell, if the command has announced it. */
  get shell(): string | undefined {
    return this.#announced.shell
  }

  get held(): Buffer {
    return this.#tail.held
  }

  get truncated(): boolean {
    return this.#tail.truncated
  }

  get text(): string {
    const text = this.#tail.toString().replace(/\r?\n$/, '')
    return this.truncated ? this.#withoutStart(text) : text
  }

  add(chunk: Buffer): Promise<void> | void {
    return this.#add(this.#announced.take(chunk))
  }

  #add(own: Buffer): Promise<void> | void {
    if (this.#onBytes) return this.#onBytes(own)
    if (this.#tail.overflows(own.length)) this.#keeping.spill()
    this.#keeping.file()?.add(this.stream, own)
    this.#tail.add(own)
    this.#splitter.add(this.#decoder.write(own))
  }

  #withoutStart(text: string): string {
    return text.slice(this.#cuts.first(text))
  }

  /** Gives the last lines. */
  async end(): Promise<readonly string[]> {
    await this.#add(this.#announced.end())
    this.#splitter.add(this.#decoder.end())
    this.#splitter.end()
    return this.#recent
  }
}

interface Said {
  readonly stdout: Output
  readonly stderr: Output
  readonly lines: readonly string[]
  readonly file: string | undefined
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
  const isOk = okCodes === 'any' || (exit.signal === null && okCodes.includes(code))
  if (isOk && !isWithoutRoom(code, said.lines)) {
    const { stdout, stderr } = said
    const texts = { stdout: stdout.text, stderr: stderr.text }
    const truncated = stdout.truncated || stderr.truncated
    const whole = said.file === undefined ? {} : { outputFile: said.file }
    return { command: order.shown, code, signal: exit.signal, ...texts, truncated, ...whole }
  }
  throw failed(order, exit, said, mask)
}

function failed(
  order: Order,
  exit: ExitStatus,
  said: Pick<Said, 'lines' | 'file'>,
  mask: Circumstances['mask'],
): ViridianError {
  return new ViridianError(
    'E_COMMAND_FAILED',
    `${nameOf(order)} failed with ${endOf(exit)}${lastOf(said.lines, mask)}`,
    {
      ...hintFor(exit.code ?? codeOfSignal(exit.signal), said),
      place: { host: order.host },
    },
  )
}

/** Something else ran in the command's place, and may well have succeeded. */
function notRun(
  order: Order,
  exit: ExitStatus,
  before: readonly string[],
  mask: Circumstances['mask'],
): ViridianError {
  const lines = before.flatMap(linesOf)
  return new ViridianError(
    'E_COMMAND_NOT_RUN',
    `${nameOf(order)} was not run; what the login ran in its place ended with ${endOf(exit)}${lastOf(lines, mask)}`,
    {
      hint: "see ForceCommand in the host's sshd_config, command=\"…\" in the user's authorized_keys, and the user's login shell",
      place: { host: order.host },
    },
  )
}

const linesOf = (text: string): string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '')

const endOf = ({ code, signal }: ExitStatus): string => signal ?? `exit code ${code}`

const lastOf = (lines: readonly string[], mask: Circumstances['mask']): string =>
  lines
    .slice(-linesInErrors)
    .map((line) => `\n  ${shortened(mask(line), longestInErrors)}`)
    .join('')

// As shells count: 128 and the signal's number.
export function codeOfSignal(signal: string | null): number {
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1]
  return 128 + (number ?? 0)
}

function hintFor(code: number, { lines, file }: Pick<Said, 'lines' | 'file'>): { hint?: string } {
  const hints = [reasonFor(code, lines), file === undefined ? undefined : `its whole output is in ${file}`]
  const hint = hints.filter((each) => each !== undefined).join('; ')
  return hint === '' ? {} : { hint }
}

const onlyOwnHome =
  'of a home directory only that of the user is known, as ~/: write out that of another one, or use host.as()'

function reasonFor(code: number, lines: readonly string[]): string | undefined {
  const bySudo = sudoHint(lines)
  if (bySudo !== undefined) return bySudo
  if (isWithoutRoom(code, lines))
    return "the command has not run: make room there, or name another place as TMPDIR in the login's start-up files"
  if (lines.some((line) => /\bcd: .*~\w/.test(line))) return onlyOwnHome
  if (code === 127) return 'is it installed, and on the PATH of a shell that is no login shell?'
  if (code === 126) return 'the file is there, but may not be executed'
  if (code === 137) return 'it was killed: see whether the host ran out of memory'
  return undefined
}
