import { quoteForLogin } from '../announcement.ts'
import { patternsOf } from '../ssh-config/pattern.ts'
import type { SshSettings } from '../ssh-config/settings.ts'

/** The variables that ssh_config sends to a host: those of SendEnv that are set here, and those of SetEnv above them. */
export function environmentOf({ sendEnv, setEnv }: SshSettings): Readonly<Record<string, string>> {
  const isSent = patternsOf(sendEnv)
  const sent = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && isSent(name) ? [[name, value] as const] : [],
  )
  return { ...Object.fromEntries(sent), ...setEnv }
}

/**
 * A command line with variables. They stand in it, since a server silently drops those that its AcceptEnv does not name;
 * `env` sets them, since the login's shell may be any.
 */
export function withEnvironment(env: Readonly<Record<string, string>>, command: string): string {
  const variables = Object.entries(env)
  if (variables.length === 0) return command
  const words = variables.map(([name, value]) => quoteForLogin(`${name}=${value}`))
  return `exec env ${words.join(' ')} sh -c ${quoteForLogin(command)}`
}
