import { basename } from 'node:path'

// What a lifeline is written in, each of them has; of what else a login may begin with, they have little in common.
const family = new Set(['sh', 'ash', 'bash', 'dash', 'ksh', 'mksh', 'zsh'])

/**
 * What the commands on a connection have told of the shell that runs their lines. One of the family of sh watches over its
 * command itself; for any other the line starts a sh that does.
 */
export class LoginShell {
  #watches: boolean | undefined

  /** Its commands need no sh of ours above them. */
  get watches(): boolean {
    return this.#watches === true
  }

  /** Takes what a command has announced: the path of the login's shell, which leads a group of its own. */
  learn(shell: string | undefined): void {
    if (shell !== undefined) this.#watches ??= family.has(basename(shell))
  }

  /** It is not what it was said to be: it has not run what such a shell would have run. */
  doubt(): void {
    this.#watches = false
  }
}
