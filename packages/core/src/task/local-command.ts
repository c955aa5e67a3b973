import { z } from 'zod'
import { parseDuration } from '../duration.ts'
import { ViridianError } from '../error.ts'
import type { CommandOptions, CommandResult, CommandValue, RunCommand } from '../remote/host.ts'
import { commandLine, quoted } from '../remote/quote.ts'
import type { Session } from '../run/session.ts'

const result = z.object({
  command: z.string(),
  code: z.number(),
  signal: z.string().nullable(),
  stdout: z.string(),
  stderr: z.string(),
  truncated: z.boolean(),
})

const tailLength = 256 * 1024

/** `t.$`: a command where `tasks` runs; its output, masking and cancellation are the run's. */
export function localCommand(session: Session, claim: () => string, parent: string | undefined): RunCommand {
  const take = (
    options: CommandOptions,
    strings: TemplateStringsArray,
    values: CommandValue[],
  ): Promise<CommandResult> => {
    const key = claim()
    return session.engine.track('command', async () => {
      const command = commandLine(strings, values)
      if (!session.engine.planning) await session.openStage()
      // It runs in the project's directory: shown from there, it is the same command.
      const title = `$ ${session.mask.text(command).replaceAll(`${session.directory}/`, '')}`
      const step = {
        key,
        parent,
        type: 'command',
        step: 'command',
        version: 1,
        title,
        input: { command: session.mask.text(command) },
        parse: (output: unknown) => result.parse(output),
        work: () => execute(session, key, command, options),
      } as const
      const nothing: CommandResult = {
        command,
        code: 0,
        signal: null,
        stdout: '',
        stderr: '',
        truncated: false,
      }
      return session.engine.planning
        ? session.engine.plan(step, async () => ({ output: nothing, outcome: 'planned' }))
        : session.engine.perform(step)
    })
  }
  function run(strings: TemplateStringsArray, ...values: CommandValue[]): Promise<CommandResult>
  function run(
    options: CommandOptions,
  ): (strings: TemplateStringsArray, ...values: CommandValue[]) => Promise<CommandResult>
  function run(first: TemplateStringsArray | CommandOptions, ...values: CommandValue[]) {
    if ('raw' in first) return take({}, first, values)
    return (strings: TemplateStringsArray, ...inner: CommandValue[]) => take(first, strings, inner)
  }
  return run
}

async function execute(
  session: Session,
  key: string,
  command: string,
  options: CommandOptions,
): Promise<CommandResult> {
  // Imported on first use: most runs start no local command.
  const { $ } = await import('zx/core')
  const shown = (stream: 'stdout' | 'stderr', text: string): void => {
    if (options.quiet) return
    for (const line of text.split('\n').filter((line) => line !== ''))
      session.emit({ kind: 'local.output', key, stream, line })
  }
  const shell = $({
    quiet: true,
    nothrow: true,
    cwd: session.directory,
    signal: session.engine.signal,
    ...(options.timeout !== undefined && { timeout: parseDuration(options.timeout) }),
    ...(options.stdin !== undefined && { input: Buffer.from(options.stdin) }),
  })
  const output = await shell(quoted(command))
  shown('stdout', output.stdout)
  shown('stderr', output.stderr)
  session.engine.signal.throwIfAborted()
  const code = output.exitCode ?? 1
  if (!(options.okCodes ?? [0]).includes(code))
    throw failed(session.mask.text(command), code, output.signal, output.stderr || output.stdout)
  return {
    command: session.mask.text(command),
    code,
    signal: output.signal,
    stdout: session.mask.text(output.stdout.slice(-tailLength).trimEnd()),
    stderr: session.mask.text(output.stderr.slice(-tailLength).trimEnd()),
    truncated: output.stdout.length > tailLength || output.stderr.length > tailLength,
  }
}

function failed(command: string, code: number, signal: string | null, output: string): ViridianError {
  const end = signal === null ? `exit code ${code}` : signal
  const lines = output
    .trimEnd()
    .split('\n')
    .slice(-10)
    .filter((line) => line !== '')
  return new ViridianError(
    'E_COMMAND_FAILED',
    [`"${command}" failed with ${end}`, ...lines.map((line) => `  ${line}`)].join('\n'),
  )
}
