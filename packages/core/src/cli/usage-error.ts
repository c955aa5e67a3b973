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
  const path = pathOf(command)
  const [message = '', near] = said(command, cause, path).split('\n')
  const hints: Record<string, string | undefined> = {
    'commander.help': `run "${path} --help" to see the commands, or "${path} list" to see the tasks`,
    'commander.unknownCommand': taskMeant(message, tasks) ?? `run "${path} --help" to see the commands`,
    'commander.unknownOption':
      takesCommand.test(path) && !command.args[0]?.startsWith('-')
        ? `a command with flags of its own stands behind two dashes: ${path} --help`
        : undefined,
    'commander.excessArguments': /^tasks (run|plan) ./.test(path)
      ? `what a task takes are flags: run "${path} --help" to see them`
      : undefined,
  }
  const suggested = near?.replace(/[()]/g, '').replace('Did you mean', 'did you mean')
  return new ViridianError('E_USAGE', message, {
    hint:
      suggested ||
      (hints[cause.code] ??
        `${valueless(message) ?? namedElsewhere(command, message) ?? ''}run "${path} --help" to see what it takes`),
  })
}

/** Commander's own words, but where they count, or say nothing. */
function said(
  { args, registeredArguments }: Command,
  { code, message }: CommanderError,
  path: string,
): string {
  if (code === 'commander.help') return `${path} needs a command`
  const word = code === 'commander.excessArguments' && args[registeredArguments.length]
  return word ? `"${word}" is a word too many for ${path}` : message.replace(/^error: /, '')
}

const takesCommand = /^tasks (exec|ssh)$/

/** What is to be said of a switch that was given a value, as in `--fast=true`. */
function valueless(message: string): string | undefined {
  const [, flag] = /^unknown option '(--[^=']+)=/.exec(message) ?? []
  return flag === undefined ? undefined : `${flag} is no flag that takes a value; `
}

/** What hands type that know Fabric, Capistrano or Ansible. */
const elsewhere: Readonly<Record<string, string>> = {
  '-H': '--hosts',
  '-R': '--role',
  '-l': '--limit',
  '-P': '--concurrency',
  '-f': '--concurrency',
  '--forks': '--concurrency',
  '-b': '--sudo',
  '--become': '--sudo',
  '-v': '--verbose',
  '-q': '--quiet',
  '-y': '--yes',
  '-V': '--version',
}

/** A flag by the name that another tool has for it, where this command has it. */
function namedElsewhere({ options, args: [first = ''] }: Command, message: string): string | undefined {
  const [, flag = ''] = /^unknown option '([^']+)'/.exec(message) ?? []
  // Behind the first word of a command line it may be that command's own.
  const own = first.startsWith('-') && options.find(({ long }) => long === elsewhere[flag])
  return own ? `did you mean ${own.long}? ` : undefined
}

function taskMeant(message: string, tasks: readonly string[]): string | undefined {
  const [, word = ''] = /^unknown command '(.*)'/.exec(message) ?? []
  const near = tasks.includes(word) ? [word] : nearest(word, tasks)
  return near.length === 0
    ? undefined
    : `did you mean ${near.map((name) => `"tasks run ${name}"`).join(', ')}?`
}

/** A command as it is typed: `tasks run deploy`. */
export function pathOf(command: Command): string {
  const above = command.parent ? [pathOf(command.parent)] : []
  return [...above, command.name()].join(' ')
}
