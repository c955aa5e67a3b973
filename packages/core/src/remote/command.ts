import { ViridianError } from '../error.ts'
import { announce, quoteForLogin, sayMark } from './announcement.ts'
import { lifeline } from './lifeline.ts'
import { quote, quotePath } from './quote.ts'

/** Where, with which variables and as whom the commands of a host run. */
export interface CommandContext {
  readonly directory?: string
  readonly env: Readonly<Record<string, string>>
  /** Set: by `sudo -n`. */
  readonly user?: string
}

/** The script that the shell of the command's user runs. The directory is entered first: a missing one ends it. */
export function scriptOf(context: CommandContext, command: string): string {
  const enter = context.directory === undefined ? [] : [`cd ${quotePath(context.directory)} || exit`]
  return [...enter, ...exports(context.env), command].join('; ')
}

/**
 * The command line that is sent to the host: announced; the script under a lifeline, inside sudo, so that it can be ended.
 * What sudo says of itself belongs to the command, so that its announcement comes before.
 */
export function wireCommand(context: CommandContext, command: string, inputSize = 0): string {
  const script = scriptOf(context, command)
  if (context.user === undefined) return `exec ${lifeline(script, { inputSize, first: sayMark })}`
  return `exec ${announce} ${sudo(context.user)} ${lifeline(script, { inputSize })}`
}

/**
 * The command line of a command that reads its input to the end, and knows from its size whether it has come whole: the
 * end of input is the end that it waits for, and it needs no lifeline.
 */
export function readingCommand(context: CommandContext, command: string): string {
  const by = context.user === undefined ? '' : `${sudo(context.user)} `
  return `exec ${announce} ${by}sh -c ${quoteForLogin(scriptOf(context, command))}`
}

/** The command as people read it. */
export function shownCommand(context: CommandContext, command: string): string {
  const enter = context.directory === undefined ? '' : `cd ${quotePath(context.directory)} && `
  const variables = assignments(context.env).map((assignment) => `${assignment} `)
  const user =
    context.user === undefined ? '' : `sudo ${context.user === 'root' ? '' : `-u ${quote(context.user)} `}`
  return `${enter}${user}${variables.join('')}${command}`
}

/** The context inside `directory`: a relative one adds up. */
export function inDirectory(context: CommandContext, directory: string): CommandContext {
  const absolute = directory.startsWith('/') || directory === '~' || directory.startsWith('~/')
  const inside = absolute || context.directory === undefined ? directory : `${context.directory}/${directory}`
  return { ...context, directory: inside.replaceAll(/(?<=.)\/+/g, '/') }
}

export function withEnv(
  context: CommandContext,
  variables: Readonly<Record<string, string>>,
): CommandContext {
  for (const name of Object.keys(variables)) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue
    throw new ViridianError('E_ENV_NAME', `"${name}" cannot be the name of an environment variable`, {
      hint: 'names are made of letters, digits and underscores, and do not begin with a digit',
    })
  }
  return { ...context, env: { ...context.env, ...variables } }
}

function sudo(user: string): string {
  return user === 'root' ? 'sudo -n' : `sudo -n -u ${quote(user)}`
}

function exports(env: CommandContext['env']): string[] {
  const all = assignments(env)
  return all.length === 0 ? [] : [`export ${all.join(' ')}`]
}

function assignments(env: CommandContext['env']): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`)
}
