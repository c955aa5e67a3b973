import { type Command, CommanderError } from 'commander'
import { suggestion } from '../nearest.ts'
import { Misread } from './usage-error.ts'

/**
 * `tasks help run deploy` asks what `tasks run deploy --help` does.
 *
 * @throws Misread where there is no such command
 */
export function asksForHelp(program: Command, [first = '', ...words]: readonly string[]): string[] {
  if (first !== 'help') return [first, ...words]
  let at = program
  for (const word of words) {
    const inner = at.commands.find((each) => each.name() === word)
    if (!inner && (at.commands.length === 0 || word.startsWith('-'))) break
    if (!inner) throw unknown(at, word)
    at = inner
  }
  return [...words, '--help']
}

function unknown(at: Command, word: string): Misread {
  const near = suggestion(
    word,
    at.commands.map((each) => each.name()),
  )
  const message = [`unknown command '${word}'`, ...(near === undefined ? [] : [near])].join('\n')
  return new Misread(at, new CommanderError(1, 'commander.unknownCommand', message))
}
