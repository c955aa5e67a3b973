import type { RunCommand } from '../remote/command/run-command.ts'

/** Commands where `tasks` runs. `cd`, `env` and `using` give commands like them, with that context added. */
export interface LocalCommands {
  /**
   * Runs a command where `tasks` runs, with the stage's environment; values are quoted. It takes the options of `host.run`
   * but `pty`, gives the same results, and dies with the run. Recorded as a step; a plan only lists it.
   *
   * Unless `using` says otherwise it is run by `bash -euo pipefail`, as zx does; where there is no bash, by `sh -eu`, and
   * by its `pipefail` if it has one.
   *
   * A command that fails ends the run, also when its error is caught: `okCodes: 'any'` lets it end with any exit code.
   *
   * @example
   * ```ts
   * const { stdout } = await t.$`git rev-parse ${t.args.version}`
   * await t.cd('web').env({ NODE_ENV: 'production' }).$({ timeout: '5m', retry: 2 })`npm ci`
   * ```
   */
  readonly $: RunCommand
  /** Commands run in this directory; relative ones start at the task file's, and add up. A missing one fails the command. */
  cd(directory: string): LocalCommands
  /** Commands run with these variables on top. */
  env(variables: Readonly<Record<string, string>>): LocalCommands
  /** Commands are run by this shell. @default bash -euo pipefail, or sh where there is no bash */
  using(shell: string): LocalCommands
}
