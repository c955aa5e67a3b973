import { z } from 'zod'
import { ViridianError } from '../error.ts'
import {
  type CommandContext,
  inDirectory,
  shownCommand,
  usingShell,
  wireCommand,
  withEnv,
} from '../remote/command/command.ts'
import type { CommandOptions, CommandResult } from '../remote/command/run-command.ts'
import { templateCommand } from '../remote/command/template-command.ts'
import { withInput } from '../remote/input/stdin.ts'
import { runCommand } from '../remote/running/command-run.ts'
import { withRetry } from '../remote/running/retry.ts'
import type { Session } from '../run/session.ts'
import type { LocalCommands } from './local-commands.ts'
import { localShell } from './local-shell.ts'

export interface StepPlace {
  /** The next key of a command's step. */
  readonly claim: () => string
  readonly parent: string | undefined
}

const result = z.object({
  command: z.string(),
  code: z.number(),
  signal: z.string().nullable(),
  stdout: z.string(),
  stderr: z.string(),
  truncated: z.boolean(),
  outputFile: z.string().exactOptional(),
})

export function localCommands(
  session: Session,
  place: StepPlace,
  context: CommandContext = { env: {} },
): LocalCommands {
  const inContext = (next: CommandContext): LocalCommands => localCommands(session, place, next)
  return {
    $: templateCommand(context, (inShell, command, options) =>
      take(session, place, { ...inShell, command }, options),
    ),
    cd: (directory) => inContext(inDirectory(context, directory)),
    env: (variables) => inContext(withEnv(context, variables)),
    using: (shell) => inContext(usingShell(context, shell)),
  }
}

interface LocalCommand extends CommandContext {
  readonly command: string
}

function take(
  session: Session,
  { claim, parent }: StepPlace,
  local: LocalCommand,
  options: CommandOptions,
): Promise<CommandResult> {
  const { engine, mask } = session
  if (options.pty) throw noTerminal()
  const key = claim()
  const shown = mask.text(shownCommand(local, local.command))
  // It runs in the project's directory: shown from there, it is the same command.
  const title = `$ ${shown.replaceAll(`${session.directory}/`, '')}`
  return engine.track(title, async () => {
    let hadBegun = false
    const onBegin = (): void => {
      hadBegun = true
    }
    const step = {
      key,
      parent,
      type: 'command',
      step: 'command',
      version: 1,
      title,
      input: { command: shown },
      parse: (output: unknown) => result.parse(output),
      work: () => execute(session, { key, shown, onBegin }, local, options),
      hadBegun: () => hadBegun,
    } as const
    const nothing: CommandResult = {
      command: shown,
      code: 0,
      signal: null,
      stdout: '',
      stderr: '',
      truncated: false,
    }
    return engine.planning
      ? engine.plan(step, async () => ({ output: nothing, outcome: 'planned' }))
      : engine.perform(step)
  })
}

async function execute(
  session: Session,
  { key, shown, onBegin }: { readonly key: string; readonly shown: string; readonly onBegin: () => void },
  local: LocalCommand,
  options: CommandOptions,
): Promise<CommandResult> {
  const { directory, circumstances, mask } = session
  const { signal } = circumstances
  const around = {
    ...circumstances,
    onLine: (stream: 'stdout' | 'stderr', line: string) =>
      session.emit({ kind: 'local.output', key, stream, line }),
  }
  const say = (text: string): void => session.emit({ kind: 'note', level: 'warning', text })
  const inShell = await byUsualShell(local)
  const done = await withInput(options.stdin, { directory, signal }, (input) => {
    const wire = wireCommand(inShell, inShell.command, input?.size)
    const order = { wire, shown, ...(input && input.size > 0 && { input }) }
    return withRetry(options.retry, { signal, say }, () => {
      onBegin()
      return runCommand(localShell(directory), order, options, around)
    })
  })
  // It is recorded, and a resumed run gets it back as it was recorded.
  return { ...done, stdout: mask.text(done.stdout), stderr: mask.text(done.stderr) }
}

async function byUsualShell(local: LocalCommand): Promise<LocalCommand> {
  if (local.shell !== undefined) return local
  const { which } = await import('zx/core')
  const path = local.env.PATH ?? process.env.PATH
  const bash = await which('bash', { nothrow: true, ...(path !== undefined && { path }) })
  if (bash !== null) return { ...local, shell: 'bash -euo pipefail' }
  // Not every sh knows pipefail, and one that does not ends at the flag.
  const pipefail = '(set -o pipefail) 2>/dev/null && set -o pipefail'
  return { ...local, shell: 'sh -eu', command: `${pipefail}; ${local.command}` }
}

const noTerminal = (): ViridianError =>
  new ViridianError('E_COMMAND_TERMINAL', 'a command where "tasks" runs is given no terminal', {
    hint: 'leave out pty: it is for commands on hosts',
  })
