import { patternsOf } from '../ssh-config/pattern.ts'
import type { SshSettings } from '../ssh-config/settings.ts'

/** The variables that ssh_config sends to hosts: those of SendEnv that are set here, and those of SetEnv above them. */
export class SentEnvironment {
  // Read once: it is slow to read, and is asked for by every host.
  readonly #variables = Object.entries(process.env)

  of({ sendEnv, setEnv }: SshSettings): Readonly<Record<string, string>> {
    const isSent = patternsOf(sendEnv)
    const sent = this.#variables.flatMap(([name, value]) =>
      value !== undefined && isSent(name) ? [[name, value] as const] : [],
    )
    return { ...Object.fromEntries(sent), ...setEnv }
  }
}
