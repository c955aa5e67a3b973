import type { Stdin } from '../input/stdin.ts'
import type { Retry } from '../running/retry.ts'

/** How a command ended, and what it said. */
export interface CommandResult {
  /** The command line as it was asked for, secrets masked. */
  readonly command: string
  /** The exit code; 128 and its number for a signal. */
  readonly code: number
  /** What has ended it: `SIGKILL`; null when it ended by itself. */
  readonly signal: string | null
  /** The output's last part (at most 256 KiB is kept), decoded as UTF-8, without the trailing newline. */
  readonly stdout: string
  /** As `stdout`; of a command with a terminal it is empty. */
  readonly stderr: string
  /** True when more was said than was kept. */
  readonly truncated: boolean
  /**
   * Then: the file with all that was said, of both streams, as text and with secrets masked. It is in `.tasks/output/`,
   * in the directory of the run.
   */
  readonly outputFile?: string
}

/** What limits a command, what it reads, and what counts as its success. Times in milliseconds, or as `30s`. */
export interface CommandOptions {
  /** Milliseconds, or a duration such as `30s`. @default none */
  readonly timeout?: number | string
  /** Ends the command when it says nothing for so long. */
  readonly idleTimeout?: number | string
  /** Exit codes that are no failure; `any`: however it ends, also by a signal. @default [0] */
  readonly okCodes?: readonly number[] | 'any'
  /**
   * What the command reads. It begins when all of that is on the host, in a file without a name in $TMPDIR or /var/tmp
   * there; what could not be sent whole is not read at all. A stream that several hosts are given at the same time reaches
   * each of them whole; one that has been read before is refused (`E_STREAM_TAKEN`). What comes out of a pipe or a
   * device, given as a file, is read once in a run. @default nothing
   */
  readonly stdin?: Stdin
  /** How often a command that fails is tried again. @default 0 */
  readonly retry?: number | Retry
  /** The shell that runs the command, as `using` has it. */
  readonly shell?: string
  /**
   * Gives the command a terminal, of 80 by 24 or of this size: both outputs come as one. It is given no input. On hosts alone.
   * Under sudo with a password, sudo must be let remember it (`timestamp_timeout`, which it is as a rule).
   *
   * @default false
   */
  readonly pty?: boolean | { readonly columns: number; readonly rows: number }
  /** Does not show the output's lines. @default false */
  readonly quiet?: boolean
}

/** What may stand in a command template: quoted as one word; an array as one word an element; undefined is refused. */
export type CommandValue = string | number | boolean | readonly (string | number)[]

/**
 * Runs a command on the host: as a template, whose values are quoted for the shell, or with options first.
 *
 * What the login's start-up files print is no part of its output.
 *
 * @throws ViridianError `E_COMMAND_FAILED` with the command, the exit code and the last lines of its output;
 * `E_COMMAND_NOT_RUN` when the host ran something else in its place, or did not begin with it in time
 *
 * @example
 * ```ts
 * const archive = `releases/${t.args.version}.tgz`
 * await host.run`tar xzf ${archive} -C /srv/web`
 * const { stdout } = await host.run({ okCodes: [0, 1] })`grep -c ' 500 ' access.log`
 * ```
 */
export interface RunCommand {
  (strings: TemplateStringsArray, ...values: CommandValue[]): Promise<CommandResult>
  (
    options: CommandOptions,
  ): (strings: TemplateStringsArray, ...values: CommandValue[]) => Promise<CommandResult>
}
