import type { Writable } from 'node:stream'
import type { CommandContext } from './command/command.ts'
import type { CommandOptions, CommandResult } from './command/run-command.ts'
import type { PutOptions, PutResult, PutSource, ReadOptions } from './files/options.ts'
import type { Forward, ForwardOptions } from './forward/forward.ts'
import type { RebootOptions } from './reboot.ts'

/** What carries out a host's commands: a connection, or a printer in a plan. */
export interface Backend {
  run(context: CommandContext, command: string, options: CommandOptions): Promise<CommandResult>
  /** @param command - undefined: the login's shell */
  shell(context: CommandContext, command: string | undefined): Promise<number>
  forward(options: ForwardOptions): Promise<Forward>
  reboot(options: RebootOptions): Promise<void>
  put(context: CommandContext, source: PutSource, remote: string, options: PutOptions): Promise<PutResult>
  get(context: CommandContext, remote: string, local: string | Writable): Promise<void>
  read(context: CommandContext, remote: string, options: ReadOptions): Promise<Buffer>
  exists(context: CommandContext, remote: string): Promise<boolean>
}
