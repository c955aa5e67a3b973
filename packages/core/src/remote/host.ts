import type { Retry } from './retry.ts'
import type { Stdin } from './stdin.ts'
import type { HostSpec } from './transport.ts'

/** How a command ended, and what it said. */
export interface CommandResult {
  /** The command line as it was asked for, secrets masked. */
  readonly command: string
  readonly code: number
  readonly signal: string | null
  /** The output's last part (at most 256 KiB is kept), decoded as UTF-8, without the trailing newline. */
  readonly stdout: string
  readonly stderr: string
  /** True when more was said than was kept. */
  readonly truncated: boolean
}

export interface CommandOptions {
  /** Milliseconds, or a duration such as `30s`. @default none */
  readonly timeout?: number | string
  /** Ends the command when it says nothing for so long. */
  readonly idleTimeout?: number | string
  /** Exit codes that are no failure; `any`: however it ends, also by a signal. @default [0] */
  readonly okCodes?: readonly number[] | 'any'
  /** What the command reads. A stream is read to its end before the command begins. @default nothing */
  readonly stdin?: Stdin
  /** How often a command that fails is tried again. @default 0 */
  readonly retry?: number | Retry
  /** The shell that runs the command, as `using` has it. */
  readonly shell?: string
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
 * await host.run`tar xzf ${archive} -C ${directory}`
 * const { stdout } = await host.run({ okCodes: [0, 1] })`grep -c ${pattern} access.log`
 * ```
 */
export interface RunCommand {
  (strings: TemplateStringsArray, ...values: CommandValue[]): Promise<CommandResult>
  (
    options: CommandOptions,
  ): (strings: TemplateStringsArray, ...values: CommandValue[]) => Promise<CommandResult>
}

/** A host that a remote task runs on. `cd`, `env`, `as` and `using` give a host like it, with that context added. */
export interface Host {
  readonly name: string
  readonly address: string
  readonly spec: HostSpec
  readonly labels: Readonly<Record<string, string>>
  readonly run: RunCommand
  /** As `run`, by `sudo -n`: as root, or as the user of `as`. */
  readonly sudo: RunCommand
  /** Commands run in this directory; relative ones add up. A missing directory fails the command. */
  cd(directory: string): Host
  env(variables: Readonly<Record<string, string>>): Host
  /** Commands run as this user, by sudo. */
  as(user: string): Host
  /**
   * Commands are run by this shell, a program of Bourne's family with its flags: `bash -euo pipefail`. The directory and
   * the variables are there before it starts. @default sh
   *
   * @throws ViridianError `E_COMMAND_SHELL` for a shell that quotes in another way, such as fish
   */
  using(shell: string): Host
  /** Uploads a local file to `remote` (atomically: a new file renamed over it), keeping its mode. Relative paths: the context's directory, else home. */
  put(local: string, remote: string): Promise<void>
  /** Downloads a remote file. */
  get(remote: string, local: string): Promise<void>
  /** Writes a string or bytes to a remote file, atomically. */
  write(remote: string, content: string | Uint8Array, options?: { readonly mode?: number }): Promise<void>
  read(remote: string): Promise<string>
  exists(remote: string): Promise<boolean>
}
