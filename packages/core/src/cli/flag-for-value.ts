import type { Command, Option } from 'commander'
import { ViridianError } from '../error.ts'
import { pathOf } from './usage-error.ts'

/**
 * Refuses a flag in the place of another one's value, as where the variable of a script was not set. Of what else stands
 * there nothing is told: it may be a secret.
 *
 * @param words what the command is to read
 * @throws ViridianError `E_USAGE`
 */
export function refuseFlagForValue(command: Command, words: readonly string[]): void {
  for (const [index, word] of words.entries()) {
    // What stands behind these is read by others.
    if (word === '--' || command.commands.some((each) => each.name() === word)) return
    const next = words[index + 1] ?? ''
    const [name = ''] = next.split('=')
    const option = flagOf(command, word)
    const isKnown = flagOf(command, name) !== undefined
    if (!option?.required || (!isKnown && !next.startsWith('--'))) continue
    const shown = isKnown ? name + (next === name ? '' : '=…') : '--…'
    const found = isKnown ? `${name} stands in its place` : 'what stands in its place begins with dashes'
    throw new ViridianError('E_USAGE', `${word} needs a value, and ${found}`, {
      hint: `if that is the value, write ${word}=${shown}; "${pathOf(command)} --help" tells what it takes`,
    })
  }
}

const flagOf = ({ options }: Command, word: string): Option | undefined =>
  options.find(({ long, short }) => word === long || word === short)
