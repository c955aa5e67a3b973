import { ViridianError } from '../../error.ts'
import {
  announce,
  announceBy,
  quoteForLogin,
  sayMark,
  sayMarkAndShell,
  sayMarkBeforeSudo,
  sayMarkBehindSudo,
  sayMarkOnTerminal,
  shellWords,
} from './announcement.ts'
import { lifeline, lifelineOfLogin } from './lifeline.ts'
import { quote, quoteDirectory, quotePath } from './quote.ts'
import { backOnTerminal, givePassword, skipPassword, sudoTo } from './sudo.ts'

/** Where, with which variables and as whom the commands of a host run. */
export interface CommandContext {
  readonly directory?: string
  readonly env: Readonly<Record<string, string>>
  /** Set: by `sudo -n`. */
  readonly user?: string
  /** The words of a shell that runs the command, quoted; none: sh. */
  readonly shell?: string
}

// A bash that has no shell above it reads in a session of sshd's, before each command, the files that are for terminals; a
// bash that is the sh takes one off when it gives its place to another.
const nested = 'export SHLVL=2'

/** The script that the command user's sh runs. The directory is entered first: a missing one ends it. */
export function scriptOf(context: CommandContext, command: string): string {
  const enter = context.directory === undefined ? [] : [`cd ${quoteDirectory(context.directory)} || exit`]
  const byOwn = context.shell === undefined ? [] : [nested]
  return [...enter, ...exports(context.env), ...byOwn, byShell(context, command, 'exec ')].join('; ')
}

/**
 * The command line that is sent to the host: announced; the script under a lifeline, inside sudo, so that it can be ended.
 * What sudo says of itself belongs to the command, so that its announcement comes before. With a password, that is the
 * first line of the input (see `sudo.ts`).
 */
export function wireCommand(
  context: CommandContext,
  command: string,
  inputSize = 0,
  hasPassword = false,
): string {
  const script = scriptOf(context, command)
  if (context.user === undefined) return `exec ${lifeline(script, { inputSize, first: sayMarkAndShell })}`
  const [flags, skip] = hasPassword ? ["-S -p ''", `${skipPassword}; `] : ['-n', '']
  const inside = lifeline(script, { inputSize, first: `${skip}${sayMarkBehindSudo}` })
  return `exec ${announceBy(sayMarkBeforeSudo)} ${sudoTo(context.user, flags)} ${inside}`
}

/** The same for a login's shell that watches over the command itself; undefined: it is not the one to do so. */
export function wireByLogin(context: CommandContext, command: string, inputSize = 0): string | undefined {
  if (context.user !== undefined || inputSize > 0) return undefined
  return `${sayMark}; ${lifelineOfLogin(scriptOf(context, command))}`
}

/** The command line of a command that is given a terminal: hung up, it dies as others do when their input ends. */
export function terminalCommand(context: CommandContext, command: string, hasPassword = false): string {
  const script = scriptOf(context, command)
  const { user } = context
  if (user === undefined) return `exec ${lifeline(script, { first: sayMarkOnTerminal, isOnTerminal: true })}`
  if (!hasPassword)
    return `exec ${announceBy(sayMarkOnTerminal)} ${sudoTo(user, '-n')} ${lifeline(script, { isOnTerminal: true })}`
  const begin = quoteForLogin(`${sayMarkOnTerminal}; ${givePassword}`)
  const inside = lifeline(script, { first: backOnTerminal, isOnTerminal: true })
  return `exec sh -c ${begin} sh ${sudoTo(user, "-S -p ''")} ${inside}`
}

/**
 * The command line of a command that reads its input to the end, and knows from its size whether it has come whole: the
 * end of input is the end that it waits for, and it needs no lifeline.
 */
export function readingCommand(context: CommandContext, command: string, hasPassword = false): string {
  const script = scriptOf(context, command)
  const { user } = context
  if (user === undefined) return `exec ${announce} ${shellWords(script)}`
  const [flags, first] = hasPassword ? ["-S -p ''", `${skipPassword}; `] : ['-n', '']
  const inside = `${first}${sayMarkBehindSudo}; ${script}`
  return `exec ${announceBy(sayMarkBeforeSudo)} ${sudoTo(user, flags)} ${shellWords(inside)}`
}

/** The command as people read it. */
export function shownCommand(context: CommandContext, command: string): string {
  const enter = context.directory === undefined ? '' : `cd ${quotePath(context.directory)} && `
  const variables = assignments(context.env).map((assignment) => `${assignment} `)
  const user =
    context.user === undefined ? '' : `sudo ${context.user === 'root' ? '' : `-u ${quote(context.user)} `}`
  return `${enter}${user}${variables.join('')}${byShell(context, command)}`
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

/** Shells whose quoting is not that of our templates. */
const foreign = /^(?:fish|t?csh|nu|xonsh|elvish|rc|es|pwsh)$/

export function usingShell(context: CommandContext, shell: string): CommandContext {
  const words = shell.split(/\s+/).filter((word) => word !== '')
  const name = words[0]?.split('/').at(-1) ?? ''
  if (name === '' || foreign.test(name)) {
    throw new ViridianError('E_COMMAND_SHELL', `"${shell}" is no shell that commands can be given to`, {
      hint: 'name one of the family of sh, with its flags: sh, bash -euo pipefail, dash, ksh, zsh',
    })
  }
  return { ...context, shell: words.map(quote).join(' ') }
}

function byShell({ shell }: CommandContext, command: string, start = ''): string {
  return shell === undefined ? command : `${start}${shell} -c ${quote(command)}`
}

function exports(env: CommandContext['env']): string[] {
  const all = assignments(env)
  return all.length === 0 ? [] : [`export ${all.join(' ')}`]
}

function assignments(env: CommandContext['env']): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`)
}
