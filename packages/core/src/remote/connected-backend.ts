import type { Writable } from 'node:stream'
import { ViridianError } from '../error.ts'
import type { Backend } from './backend.ts'
import {
  type CommandContext,
  readingCommand,
  shownCommand,
  terminalCommand,
  wireByLogin,
  wireCommand,
} from './command/command.ts'
import type { CommandOptions, CommandResult } from './command/run-command.ts'
import { inputWithPassword, type SudoPasswords } from './command/sudo.ts'
import { Answer } from './files/answer.ts'
import type { Download } from './files/download.ts'
import type { Exchange } from './files/exchange.ts'
import { fileExists } from './files/file-commands.ts'
import type { LocalFiles } from './files/local-files.ts'
import type { PutOptions, PutResult, PutSource, ReadOptions } from './files/options.ts'
import { remoteFileError } from './files/remote-file-error.ts'
import { shownGet, shownPut, shownRead } from './files/shown.ts'
import { type Forward, type ForwardOptions, openForward, shownForward } from './forward/forward.ts'
import { sending } from './input/sending.ts'
import { withInput } from './input/stdin.ts'
import { type RebootOptions, rebootHost } from './reboot.ts'
import { type Circumstances, runCommand } from './running/command-run.ts'
import type { Order } from './running/order.ts'
import { withRetry } from './running/retry.ts'
import { type Lend, openShell, shellLine } from './terminal/shell.ts'
import type { Connection, Input } from './transport.ts'

export interface BackendOptions extends Circumstances {
  readonly host: string
  /** The run's own. */
  readonly files: LocalFiles
  readonly connection: () => Promise<Connection>
  readonly sudo: SudoPasswords
  /** Closes the connection, if there is one; the next use makes it anew. */
  readonly disconnect: () => Promise<void>
  /** Lends the terminal of a person; undefined: there is none. */
  readonly lend: Lend | undefined
  readonly onWarning: (text: string) => void
  /** Takes what is to be ended with the task, at the latest. */
  readonly atEnd: (end: () => Promise<void>) => void
  /** Told of each command, masked, as it starts. */
  readonly onCommand: (command: string) => void
}

// A file's bytes are no output to show.
const silent: CommandOptions = { quiet: true }

/** Carries commands and files over a host's connection. */
export class ConnectedBackend implements Backend {
  readonly #options: BackendOptions

  constructor(options: BackendOptions) {
    this.#options = options
  }

  run(context: CommandContext, command: string, options: CommandOptions): Promise<CommandResult> {
    const { files, signal, onWarning } = this.#options
    if (options.pty) {
      const order = this.#onTerminal(context, command, options)
      return withRetry(options.retry, { signal, say: onWarning }, () => this.#execute(order, options))
    }
    return withInput(options.stdin, { directory: files.directory, signal }, (input) => {
      const order = this.#order(context, command, shownCommand(context, command), input)
      return withRetry(options.retry, { signal, say: onWarning }, () => this.#execute(order, options))
    })
  }

  shell(context: CommandContext, command: string | undefined): Promise<number> {
    const { host, mask, signal, lend, connection, onCommand } = this.#options
    const shown = mask(shownCommand(context, command ?? 'open a shell'))
    const line = shellLine(context, command)
    return openShell(connection, lend, { host, line, onOpen: () => onCommand(shown), signal })
  }

  async forward(options: ForwardOptions): Promise<Forward> {
    const { onCommand, mask, signal, atEnd } = this.#options
    signal.throwIfAborted()
    onCommand(mask(shownForward(options)))
    const { address, port, close: end } = await openForward(options, this.#options)
    const close = (): Promise<void> => {
      signal.removeEventListener('abort', close)
      return end()
    }
    signal.addEventListener('abort', close, { once: true })
    atEnd(close)
    return { address, port, close }
  }

  reboot(options: RebootOptions): Promise<void> {
    const { host, signal, connection, disconnect, onCommand, mask } = this.#options
    const { command = 'reboot' } = options
    onCommand(mask(command))
    return rebootHost(
      {
        host,
        signal,
        // Told of once, and not by each look at the boot id.
        run: (line, more, user) => {
          const context = { env: {}, ...(user && { user }) }
          const order = this.#order(context, line, shownCommand(context, line))
          return connection().then((open) => this.#carryOut(open, order, more))
        },
        disconnect,
      },
      options,
    )
  }

  async put(
    context: CommandContext,
    source: PutSource,
    remote: string,
    options: PutOptions,
  ): Promise<PutResult> {
    const exchange = this.#exchange(context, shownPut(source, remote))
    const { files, host, signal } = this.#options
    const { Upload } = await import('./files/upload.ts')
    return new Upload(exchange, files, host, signal).put(source, remote, options)
  }

  async get(context: CommandContext, remote: string, local: string | Writable): Promise<void> {
    const download = await this.#download(context, shownGet(remote, local))
    return download.get(remote, local)
  }

  async read(context: CommandContext, remote: string, options: ReadOptions): Promise<Buffer> {
    const download = await this.#download(context, shownRead(remote))
    return download.read(remote, options)
  }

  async exists(context: CommandContext, remote: string): Promise<boolean> {
    const command = fileExists(remote)
    const order = this.#order(context, command, shownCommand(context, command))
    const { stdout } = await this.#execute(order, silent)
    return stdout === 'yes'
  }

  async #download(context: CommandContext, shown: string): Promise<Download> {
    // Loaded on first use, as uploads are: most runs move no files.
    const { Download } = await import('./files/download.ts')
    const { files, host, onWarning } = this.#options
    return new Download(this.#exchange(context, shown), files, host, onWarning)
  }

  /** A transfer's commands, shown as the one thing that they do. */
  #exchange(context: CommandContext, what: string): Exchange {
    const shown = this.#options.mask(shownCommand(context, what))
    const { host } = this.#options
    let isTold = false
    // Reached while local files are read; that it failed, whoever waits for it is told.
    const reached = this.#options.connection()
    reached.catch(() => undefined)
    return async ({ command, input, onBytes, onAnswer, onRemarks }) => {
      const answer = new Answer(host, shown, onAnswer)
      const wire = (hasPassword?: boolean): string =>
        input ? readingCommand(context, command, hasPassword) : wireCommand(context, command, 0, hasPassword)
      const order: Order = {
        host,
        wire: wire(),
        ...(!input && { wireByLogin: () => wireByLogin(context, command) }),
        shown,
        onBytes: onBytes ?? ((chunk) => answer.take(chunk)),
        ...(input && { input: { ...input, ends: true } }),
        ...sudoOf(context, wire),
      }
      const connection = await (isTold ? this.#options.connection() : reached)
      if (!isTold) this.#options.onCommand(shown)
      isTold = true
      try {
        const { stderr } = await sending(input?.size ?? 0, () => this.#carryOut(connection, order, silent))
        if (stderr !== '') onRemarks?.(this.#options.mask(stderr))
      } catch (error) {
        throw remoteFileError(error, input ? 'put' : 'get')
      }
      return answer.whole
    }
  }

  #onTerminal(context: CommandContext, command: string, { pty, stdin }: CommandOptions): Order {
    const { host, mask } = this.#options
    const shown = mask(shownCommand(context, command))
    if (stdin !== undefined) throw noInput(host, shown)
    const { columns, rows } = typeof pty === 'object' ? pty : { columns: 80, rows: 24 }
    const terminal = { term: process.env.TERM ?? 'xterm', columns, rows }
    const wire = (hasPassword?: boolean): string => terminalCommand(context, command, hasPassword)
    return { host, wire: wire(), shown, pty: terminal, ...sudoOf(context, wire) }
  }

  #order(context: CommandContext, command: string, shown: string, input?: Input): Order {
    const { host, mask } = this.#options
    const wire = (hasPassword?: boolean): string => wireCommand(context, command, input?.size, hasPassword)
    const given = input && input.size > 0 && { input }
    return {
      host,
      wire: wire(),
      wireByLogin: () => wireByLogin(context, command, input?.size),
      shown: mask(shown),
      ...given,
      ...sudoOf(context, wire),
    }
  }

  async #execute(order: Order, options: CommandOptions): Promise<CommandResult> {
    const connection = await this.#options.connection()
    this.#options.onCommand(order.shown)
    return this.#carryOut(connection, order, options)
  }

  async #carryOut(connection: Connection, order: Order, options: CommandOptions): Promise<CommandResult> {
    const { host, signal, sudo } = this.#options
    const password =
      order.sudo &&
      (await sudo.passwordFor({ host, signal, connection, user: order.sudo.user, pty: order.pty }))
    if (!order.sudo || password === undefined) return runCommand(connection, order, options, this.#options)
    const input = inputWithPassword(password, order.input)
    return runCommand(connection, { ...order, wire: order.sudo.wire(), input }, options, this.#options)
  }
}

const sudoOf = ({ user }: CommandContext, wire: (hasPassword: boolean) => string): Pick<Order, 'sudo'> =>
  user === undefined ? {} : { sudo: { user, wire: () => wire(true) } }

const noInput = (host: string, shown: string): ViridianError =>
  new ViridianError('E_COMMAND_INPUT', `${host}: "${shown}" is on a terminal, and can be given no input`, {
    hint: 'leave out stdin or pty',
    place: { host },
  })
