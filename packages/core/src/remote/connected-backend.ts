import { resolve } from 'node:path'
import type { Backend } from './backend.ts'
import { type CommandContext, shownCommand, wireCommand } from './command.ts'
import { type Circumstances, runCommand } from './command-run.ts'
import { fileExists, readFile } from './file-commands.ts'
import { contentUpload, type Upload, withDownload, withUpload } from './file-transfer.ts'
import { type Forward, type ForwardOptions, openForward, shownForward } from './forward.ts'
import type { CommandOptions, CommandResult } from './host.ts'
import type { Order } from './order.ts'
import { quotePath } from './quote.ts'
import { type RebootOptions, rebootHost } from './reboot.ts'
import { withRetry } from './retry.ts'
import { type Lend, openShell, shellLine } from './shell.ts'
import { withInput } from './stdin.ts'
import { inputWithPassword, type SudoPasswords } from './sudo.ts'
import type { Connection, Input } from './transport.ts'

export interface BackendOptions extends Circumstances {
  readonly host: string
  /** Where relative local paths start. */
  readonly directory: string
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
    const { directory, signal, onWarning } = this.#options
    return withInput(options.stdin, { directory, signal }, (input) => {
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

  put(context: CommandContext, local: string, remote: string): Promise<void> {
    const path = resolve(this.#options.directory, local)
    const shown = shownCommand(context, `put ${local} ${quotePath(remote)}`)
    return withUpload(path, remote, (upload) => this.#upload(context, upload, shown))
  }

  async get(context: CommandContext, remote: string, local: string): Promise<void> {
    const path = resolve(this.#options.directory, local)
    const order = this.#order(
      context,
      readFile(remote),
      shownCommand(context, `get ${quotePath(remote)} ${local}`),
    )
    await withDownload(path, (onBytes) => this.#execute({ ...order, onBytes }, silent))
  }

  write(context: CommandContext, remote: string, content: string | Uint8Array, mode: number): Promise<void> {
    const shown = shownCommand(context, `write ${quotePath(remote)}`)
    return this.#upload(context, contentUpload(remote, content, mode), shown)
  }

  async read(context: CommandContext, remote: string): Promise<string> {
    const chunks: Buffer[] = []
    const order = this.#order(context, readFile(remote), shownCommand(context, `read ${quotePath(remote)}`))
    await this.#execute({ ...order, onBytes: (chunk) => chunks.push(chunk) }, silent)
    return Buffer.concat(chunks).toString('utf8')
  }

  async exists(context: CommandContext, remote: string): Promise<boolean> {
    const command = fileExists(remote)
    const order = this.#order(context, command, shownCommand(context, command))
    const { code } = await this.#execute(order, { quiet: true, okCodes: [0, 1] })
    return code === 0
  }

  async #upload(context: CommandContext, { command, input }: Upload, shown: string): Promise<void> {
    await this.#execute(this.#order(context, command, shown, input), silent)
  }

  #order(context: CommandContext, command: string, shown: string, input?: Input): Order {
    const wire = wireCommand(context, command, input?.size)
    const { host, mask } = this.#options
    const { user } = context
    const sudo = user !== undefined && {
      sudo: { user, wire: () => wireCommand(context, command, input?.size, true) },
    }
    return { host, wire, shown: mask(shown), ...(input && input.size > 0 && { input }), ...sudo }
  }

  async #execute(order: Order, options: CommandOptions): Promise<CommandResult> {
    const connection = await this.#options.connection()
    this.#options.onCommand(order.shown)
    return this.#carryOut(connection, order, options)
  }

  async #carryOut(connection: Connection, order: Order, options: CommandOptions): Promise<CommandResult> {
    const { host, signal, sudo } = this.#options
    const password =
      order.sudo && (await sudo.passwordFor({ host, signal, connection, user: order.sudo.user }))
    if (!order.sudo || password === undefined) return runCommand(connection, order, options, this.#options)
    const input = inputWithPassword(password, order.input)
    return runCommand(connection, { ...order, wire: order.sudo.wire(), input }, options, this.#options)
  }
}
