import { isViridianError, ViridianError } from '../../error.ts'
import { shellWords } from '../command/announcement.ts'
import { type CommandContext, scriptOf } from '../command/command.ts'
import { quote } from '../command/quote.ts'
import type { CommandValue } from '../command/run-command.ts'
import { codeOfSignal } from '../running/command-run.ts'
import type { Connection, LocalTerminal } from '../transport.ts'

/**
 * Gives the terminal of the person who runs `tasks` to the host: to the login's shell, or to a command, as a template
 * whose values are quoted. Keys go there as they are typed, Ctrl-C among them; the window's size follows. At the start
 * of a line, `~.` leaves, also when the host does not answer any more. One host has the terminal at a time, the others
 * wait for it; what the run says meanwhile is shown afterwards.
 *
 * Gives the exit code: as shells count, 128 and the signal's number for a signal. None is a failure.
 *
 * @throws ViridianError `E_NO_TERMINAL` when no person sits at a terminal, or with `--json`; `E_SHELL_LEFT` when it was
 * left by `~.`; `E_COMMAND_ABORTED` when the run stops meanwhile
 *
 * @example
 * ```ts
 * await host.shell()
 * await host.as('postgres').shell`psql shop`
 * ```
 */
export interface OpenShell {
  (): Promise<number>
  (strings: TemplateStringsArray, ...values: CommandValue[]): Promise<number>
}

/** Lends a person's terminal, to one borrower at a time. */
export type Lend = <Result>(use: (terminal: LocalTerminal) => Promise<Result>) => Promise<Result>

/** A shell, ready to be opened. */
export interface ShellOrder {
  readonly host: string
  /** The command line; undefined: the login's shell. */
  readonly line: string | undefined
  /** The terminal has been given. */
  readonly onOpen: () => void
  readonly signal: AbortSignal
}

/** @returns the exit code */
export async function openShell(
  connect: () => Promise<Connection>,
  lend: Lend | undefined,
  { host, line, onOpen, signal }: ShellOrder,
): Promise<number> {
  if (!lend) throw noTerminal(host)
  // First, as it may ask the person at the terminal something.
  const connection = await connect()
  return lend(async (terminal) => {
    try {
      signal.throwIfAborted()
      onOpen()
      terminal.output.write(`${host} (~. at the start of a line leaves)\n`)
      const command = line === undefined ? {} : { command: line }
      const exit = await connection.attach(terminal, { ...command, signal })
      return exit.code ?? codeOfSignal(exit.signal)
    } catch (error) {
      throw signal.aborted ? closed(host, signal.reason) : error
    }
  })
}

// A service's user has a shell that says goodbye at once.
const ownShell = 'case $SHELL in *nologin|*false|"") SHELL=/bin/sh; esac; exec "$SHELL" -l'

/** The command line of a shell, or of a command on a terminal, in a context; undefined: the login's shell as it is. */
export function shellLine(context: CommandContext, command: string | undefined): string | undefined {
  const { directory, env, user } = context
  const isPlain = directory === undefined && user === undefined && Object.keys(env).length === 0
  if (command === undefined && isPlain) return undefined
  // Here sudo may ask: a person can answer.
  const sudo = user === undefined ? '' : `sudo -u ${quote(user)} `
  return `exec ${sudo}${shellWords(scriptOf(context, command ?? ownShell))}`
}

function noTerminal(host: string): ViridianError {
  return new ViridianError('E_NO_TERMINAL', `${host}: a shell needs a terminal, and there is none here`, {
    hint: 'start it from a terminal, without pipes and without --json; host.run needs none',
    place: { host },
  })
}

function closed(host: string, cause: unknown): ViridianError {
  return new ViridianError('E_COMMAND_ABORTED', `${host}: the shell was closed, since the run stops`, {
    hint: isViridianError(cause) && cause.hint ? cause.hint : 'see what stopped the run',
    place: { host },
    cause,
  })
}
