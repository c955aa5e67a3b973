import { placeOfCaller, ViridianError } from '../../error.ts'
import { type CommandContext, usingShell } from './command.ts'
import { commandLine } from './quote.ts'
import type { CommandOptions, CommandResult, CommandValue, RunCommand } from './run-command.ts'

/** The two forms of a command, as a template or with options first, for whoever runs it. */
export function templateCommand(
  context: CommandContext,
  run: (context: CommandContext, command: string, options: CommandOptions) => Promise<CommandResult>,
): RunCommand {
  const start = async (options: CommandOptions, strings: TemplateStringsArray, values: CommandValue[]) => {
    const inShell = options.shell === undefined ? context : usingShell(context, options.shell)
    return run(inShell, commandLine(strings, values), options)
  }
  function take(strings: TemplateStringsArray, ...values: CommandValue[]): ReturnType<typeof start>
  function take(options: CommandOptions): ReturnType<RunCommand>
  function take(first: TemplateStringsArray | CommandOptions, ...values: CommandValue[]) {
    if (isTemplate(first)) return start({}, first, values)
    return awaitedTooEarly((strings: TemplateStringsArray, ...inner: CommandValue[]) =>
      start(first, strings, inner),
    )
  }
  return take
}

/** Options alone are no command: to await them would run nothing, and pass. */
function awaitedTooEarly<Begin extends object>(begin: Begin): Begin {
  const place = placeOfCaller()
  const refuse = (_: unknown, reject: (error: ViridianError) => void): void =>
    reject(
      new ViridianError('E_COMMAND_NONE', 'options were given and no command: nothing was run', {
        hint: "write the command behind them: run({ timeout: '30s' })`uptime`",
        place,
      }),
    )
  // Whoever awaits it asks for this member; the types, which say that it is a function, need not.
  return Object.defineProperty(begin, 'then', { value: refuse })
}

// A text or a list in parentheses is no options either: it is refused where templates are read.
const isTemplate = (first: TemplateStringsArray | CommandOptions): first is TemplateStringsArray =>
  typeof first !== 'object' || Array.isArray(first)
