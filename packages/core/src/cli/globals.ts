import type { Command } from 'commander'

/** The options that every command takes. */
export interface Globals {
  readonly config?: string
  readonly stage?: string
  readonly json: boolean
  readonly verbose: boolean
  readonly quiet: boolean
  readonly yes: boolean
  readonly color: boolean
}

/** Adds the global options to a command, so that they may stand behind it as well. */
export function withGlobals(command: Command): Command {
  return command
    .option('--config <file>', 'the task file, instead of the one found from here upwards')
    .option('--stage <name>', 'the stage to run on')
    .option('--json', 'one event a line on stdout, and nothing else')
    .option('--verbose', 'also commands and AWS calls')
    .option('--quiet', 'only failures and the end')
    .option('--yes', 'do not ask before changes')
    .option('--no-color', 'no colours')
}

/** The global options as given anywhere on the command line. */
export function globalsOf(command: Command): Globals {
  const given = command.optsWithGlobals()
  const chain = [command, ...ancestors(command)]
  const switched = (name: string): boolean => chain.some((each) => each.getOptionValue(name) === true)
  const text = (name: string): string | undefined =>
    chain
      .map((each): unknown => each.getOptionValue(name))
      .find((value): value is string => typeof value === 'string')
  const config = text('config')
  const stage = text('stage')
  return {
    ...(config !== undefined && { config }),
    ...(stage !== undefined && { stage }),
    json: switched('json'),
    verbose: switched('verbose'),
    quiet: switched('quiet'),
    yes: switched('yes'),
    color: given.color !== false && !chain.some((each) => each.getOptionValue('color') === false),
  }
}

function ancestors(command: Command): Command[] {
  return command.parent ? [command.parent, ...ancestors(command.parent)] : []
}
