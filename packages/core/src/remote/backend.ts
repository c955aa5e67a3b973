import type { CommandContext } from './command.ts'
import type { Forward, ForwardOptions } from './forward.ts'
import type { CommandOptions, CommandResult } from './host.ts'
import type { RebootOptions } from './reboot.ts'

/** What carries out a host's commands: a connection, or a printer in a plan. */
export interface Backend {
  run(context: CommandContext, command: string, options: CommandOptions): Promise<CommandResult>
  /** @param command - undefined: the login's shell */
  shell(context: CommandContext, command: string | undefined): Promise<number>
  forward(options: ForwardOptions): Promise<Forward>
  reboot(options: RebootOptions): Promise<void>
  put(context: CommandContext, local: string, remote: string): Promise<void>
  get(context: CommandContext, remote: string, local: string): Promise<void>
  write(context: CommandContext, remote: string, content: string | Uint8Array, mode: number): Promise<void>
  read(context: CommandContext, remote: string): Promise<string>
  exists(context: CommandContext, remote: string): Promise<boolean>
}
