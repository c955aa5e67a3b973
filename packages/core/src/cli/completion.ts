import { join } from 'node:path'
import { Argument, type Command } from 'commander'
import { contained } from '../output/contained.ts'
import { ownDirectory } from '../own-directory.ts'
import { command } from './command.ts'
import { candidatesFor, type ValuesOf } from './completion/command-line.ts'
import { completionScript, type Shell, shells } from './completion/scripts.ts'
import type { Print } from './print.ts'

/** `tasks completion bash`: the script by which a shell completes. */
export function completionCommand(print: Print): Command {
  return command('completion')
    .description('print a script that completes commands, tasks and flags in your shell')
    .addArgument(new Argument('<shell>', 'whose script').choices(shells))
    .addHelpText('after', () => ['', 'In a start-up file:', ...startUpLines].join('\n'))
    .action((shell: Shell) => {
      const program = [process.execPath, join(ownDirectory, '../bin/tasks.js')]
      print(completionScript(shell, program).trimEnd())
    })
}

const startUpLines = [
  '  bash  source <(tasks completion bash)',
  '  zsh   source <(tasks completion zsh)',
  '  fish  tasks completion fish | source',
]

/**
 * What a shell's script asks: the words behind `tasks` so far, as they were typed; the last one is to be completed.
 *
 * @returns 0 with a line for each candidate, its word and behind a tab what there is to say of it; 1 where the shell itself
 * knows: files
 */
export async function complete(
  program: Command,
  valuesOf: ValuesOf,
  typed: readonly string[],
  print: Print,
): Promise<number> {
  const words = typed.map((word) => word.replaceAll(/\\(.)|["']/g, '$1'))
  const asked = words[0] === 'help' && words.length > 1 ? words.slice(1) : words
  const candidates = await candidatesFor(program, asked, valuesOf)
  if (candidates === undefined) return 1
  // Another line would be another candidate, and a terminal obeys control characters.
  for (const { word, summary } of candidates)
    if (contained(word) === word && !/[\n\t]/.test(word))
      print(`${word}\t${contained(summary).replaceAll(/\s+/g, ' ')}`)
  return 0
}
