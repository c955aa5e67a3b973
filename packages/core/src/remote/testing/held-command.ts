import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** A local command line whose standard input is held open, as a connection does. */
export interface HeldCommand {
  readonly ended: Promise<Ended>
  /** Closes its input, as a runner does that stops or dies. */
  letGo(): void
}

export function holdCommand(
  shell: string,
  command: string,
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'detached'> & { readonly input?: Uint8Array } = {},
): HeldCommand {
  const { input, ...rest } = options
  const child = spawn(shell, ['-c', command], { ...rest, stdio: ['pipe', 'pipe', 'pipe'] })
  // A command may end without reading all.
  child.stdin.on('error', () => undefined)
  if (input) child.stdin.write(input)
  return { ended: endOf(child, text(child.stdout), text(child.stderr)), letGo: () => void child.stdin.end() }
}

async function endOf(child: ChildProcess, ...texts: [Promise<string>, Promise<string>]): Promise<Ended> {
  const [[code, signal], stdout, stderr] = await Promise.all([once(child, 'exit'), ...texts])
  return { code, signal, stdout, stderr }
}
