import { resolve } from 'node:path'
import type { Backend } from './backend.ts'
import { type CommandContext, shownCommand, wireCommand } from './command.ts'
import { type Circumstances, runCommand } from './command-run.ts'
import { fileExists, readFile } from './file-commands.ts'
import { contentUpload, type Upload, withDownload, withUpload } from './file-transfer.ts'
import type { CommandOptions, CommandResult } from './host.ts'
import type { Order } from './order.ts'
import { quotePath } from './quote.ts'
import { withRetry } from './retry.ts'
import { withInput } from './stdin.ts'
import type { Connection, Input } from './transport.ts'

export interface BackendOptions extends Circumstances {
  readonly host: string
  /** Where relative local paths start. */
  readonly directory: string
  readonly connection: () => Promise<Connection>
  /** Told of each command, masked, as it starts. */
  readonly onCommand: (command: string) => void
  /** Told what a person should know, masked. */
  readonly onNote: (text: string) => void
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
    const { directory, signal, onNote } = this.#options
    return withInput(options.stdin, { directory, signal }, (input) => {
      const order = this.#order(context, command, shownCommand(context, command), input)
      return withRetry(options.retry, { signal, say: onNote }, () => this.#execute(order, options))
    })
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
    return { host, wire, shown: mask(shown), ...(input && input.size > 0 && { input }) }
  }

  async #execute(order: Order, options: CommandOptions): Promise<CommandResult> {
    const connection = await this.#options.connection()
    this.#options.onCommand(order.shown)
    return runCommand(connection, order, options, this.#options)
  }
}
