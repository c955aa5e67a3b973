import { ViridianError } from '../error.ts'
import { quoted } from '../remote/command/quote.ts'
import { feed } from '../remote/input/feed.ts'
import { Lingering } from '../remote/lingering.ts'
import type { Connection, ExecOptions, ExitStatus } from '../remote/transport.ts'

// What zx would keep of the output, all of it and twice, is kept elsewhere, as far as it is needed.
const nothing = Object.assign<string[], { push: () => number }>([], { push: () => 0 })

/** Where `tasks` runs, as hosts are run on: command lines on a lifeline, started by zx. */
export const localShell = (directory: string): Pick<Connection, 'exec' | 'patience'> => ({
  patience: 60_000,
  exec: (command, options) => execute(directory, command, options),
})

async function execute(directory: string, command: string, options: ExecOptions): Promise<ExitStatus> {
  const { signal } = options
  signal?.throwIfAborted()
  // Imported on first use: most runs start no local command.
  const { $, quote } = await import('zx/core')
  const start = $({
    quiet: true,
    nothrow: true,
    detached: true,
    shell: 'sh',
    prefix: '',
    postfix: '',
    // zx has none of its own where there is no bash; it is told nothing to quote.
    quote,
    cwd: directory,
    store: { stdout: nothing, stderr: nothing, stdall: nothing },
  })
  // The line is quoted already; as a raw template it reaches the shell unchanged.
  const running = start(quoted(command)).run()
  const { child } = running
  if (child?.pid === undefined || !child.stdin || !child.stdout || !child.stderr)
    throw notStarted(await running)
  const { pid, stdin, stdout, stderr } = child
  let failure: { readonly reason: unknown } | undefined
  let timer: NodeJS.Timeout | undefined
  const lingering = new Lingering(() => {
    stdout.destroy()
    stderr.destroy()
  })
  const giveUp = (reason: unknown): void => {
    if (failure) return
    failure = { reason }
    lingering.release()
    // The lifeline's end.
    stdin.end()
    stdout.resume()
    stderr.resume()
    timer = setTimeout(() => {
      if (!lingering.hasExited) killGroup(pid)
      stdout.destroy()
      stderr.destroy()
    }, lingering.patience)
  }
  const take = (output: typeof stdout, handle: ExecOptions['onStdout']): void => {
    output.on('data', async (chunk: Buffer) => {
      try {
        const pending = failure ? undefined : handle?.(chunk)
        if (!pending || failure) return lingering.heard()
        output.pause()
        await lingering.during(pending)
        output.resume()
      } catch (error) {
        giveUp(error)
      }
    })
  }
  const abort = (): void => giveUp(signal?.reason)
  options.onAccepted?.()
  take(stdout, options.onStdout)
  take(stderr, options.onStderr)
  // A command may end without reading all.
  stdin.on('error', () => undefined)
  child.on('exit', () => {
    if (failure) return
    options.onExit?.()
    lingering.exited()
  })
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  if (options.input) void feed(stdin, options.input, running).catch(giveUp)
  const ended = await running
  stdin.end()
  clearTimeout(timer)
  lingering.release()
  signal?.removeEventListener('abort', abort)
  if (failure) throw failure.reason
  return { code: ended.exitCode, signal: ended.signal }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

function notStarted({ cause }: { readonly cause?: unknown }): ViridianError {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new ViridianError('E_COMMAND_NOT_RUN', `no shell could be started${why}`, {
    hint: 'is there a program named sh on the PATH, and room for another process?',
    cause,
  })
}
