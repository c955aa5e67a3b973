import { placeOfCaller, ViridianError } from '../../error.ts'
import type { CommandOptions, CommandResult, CommandValue, RunCommand } from '../host.ts'
import { type CommandContext, usingShell } from './command.ts'
import { commandLine } from './quote.ts'

/** The two forms of a command, as a template or with options first, for whoever runs it. */
export function templateCommand(
  context: CommandContext,
  run: (context: CommandContext, command: string, options: CommandOptions) => Promise<CommandResult>,
): RunCommand {
  const start = async (options: CommandOptions, strings: TemplateStringsArray, values: CommandValue[]) => {
    requireTemplate(strings)
    const inShell = options.shell === undefined ? context : usingShell(context, options.shell)
    return run(inShell, commandLine(strings, values), options)
  }
  function take(strings: TemplateStringsArray, ...values: CommandValue[]): ReturnType<typeof start>
  function take(options: CommandOptions): ReturnType<RunCommand>
  function take(first: TemplateStringsArray | CommandOptions, ...values: CommandValue[]) {
    if (typeof first !== 'object' || 'raw' in first) return start({}, first, values)
    return (strings: TemplateStringsArray, ...inner: CommandValue[]) => start(first, strings, inner)
  }
  return take
}

/** What no compiler has seen may be a text, of which nobody knows what in it is to be quoted. */
function requireTemplate(given: unknown): void {
  if (Array.isArray(given)) return
  throw new ViridianError('E_COMMAND_TEMPLATE', `a command was given as a ${typeof given}`, {
    hint: 'write it as a template, whose values are quoted: run`systemctl restart web`, and not run("systemctl restart web")',
    place: placeOfCaller(),
  })
}
