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
