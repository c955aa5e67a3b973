import { Command, Option } from 'commander'
import { refuseFlagForValue } from './flag-for-value.ts'
import { withGlobals } from './globals.ts'
import { Misread } from './usage-error.ts'

class OwnCommand extends Command {
  override parseOptions(words: string[]): ReturnType<Command['parseOptions']> {
    refuseFlagForValue(this, words)
    return super.parseOptions(words)
  }
}

/** A command as all of ours are: it throws instead of exiting, and its help lists its own flags before the global ones. */
export function command(name: string, ownOptions: (command: Command) => unknown = () => undefined): Command {
  const built = new OwnCommand(name)
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({ subcommandTerm: termOf, optionDescription: descriptionOf })
    .helpCommand(false)
    .showSuggestionAfterError()
    .addHelpOption(new Option('-h, --help', 'this help').helpGroup('Global flags:'))
  built.exitOverride((error) => {
    throw error.exitCode === 0 ? error : new Misread(built, error)
  })
  ownOptions(built.optionsGroup('Flags:'))
  return withGlobals(built.optionsGroup('Global flags:'))
}

function descriptionOf({ description, argChoices, defaultValueDescription: value }: Option): string {
  const choices = argChoices && `(one of ${argChoices.join(', ')})`
  return [description, choices, value && `(default: ${value})`].filter(Boolean).join(' ')
}

/** A sub-command in its parent's help: every one takes flags, which need not be said. */
function termOf(command: Command): string {
  const words = command.registeredArguments.map((each) =>
    each.required ? `<${each.name()}>` : `[${each.name()}]`,
  )
  return [command.name(), ...words].join(' ')
}
