import type { Command, CommanderError } from 'commander'
import { ViridianError } from '../error.ts'
import { nearest } from '../nearest.ts'

/** A command line that `command` does not understand. */
export class Misread extends Error {
  readonly command: Command
  override readonly cause: CommanderError

  constructor(command: Command, cause: CommanderError) {
    super(cause.message, { cause })
    this.command = command
    this.cause = cause
  }
}

/**
 * What a person is told of it.
 *
 * @param tasks the names of the project's tasks
 */
export function usageError({ command, cause }: Misread, tasks: readonly string[]): ViridianError {
  const [message = '', near] = cause.message.replace(/^error: /, '').split('\n')
  const path = pathOf(command)
  const hints: Record<string, string | undefined> = {
    'commander.unknownCommand': taskMeant(message, tasks) ?? `run "${path} --help" to see the commands`,
    'commander.excessArguments': /^tasks (run|plan) ./.test(path)
      ? `what a task takes are flags: run "${path} --help" to see them`
      : undefined,
  }
  const suggested = near?.replace(/[()]/g, '').replace('Did you mean', 'did you mean')
  return new ViridianError('E_USAGE', message, {
    hint:
      suggested || (hints[cause.code] ?? `${valueless(message)}run "${path} --help" to see what it takes`),
  })
}

/** What is to be said of a switch that was given a value, as in `--fast=true`. */
function valueless(message: string): string {
  const [, flag] = /^unknown option '(--[^=']+)=/.exec(message) ?? []
  return flag === undefined ? '' : `${flag} is no flag that takes a value; `
}

function taskMeant(message: string, tasks: readonly string[]): string | undefined {
  const [, word = ''] = /^unknown command '(.*)'/.exec(message) ?? []
  const near = tasks.includes(word) ? [word] : nearest(word, tasks)
  return near.length === 0
    ? undefined
    : `did you mean ${near.map((name) => `"tasks run ${name}"`).join(', ')}?`
}

function pathOf(command: Command): string {
  const above = command.parent ? [pathOf(command.parent)] : []
  return [...above, command.name()].join(' ')
}
