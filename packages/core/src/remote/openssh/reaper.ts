import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Reads "+pid" and "-pid" until the runner lets go of the pipe, however it ends; then ends who is left, and cleans up.
const watch = `
pids=' '
while read -r line; do
  pid=\${line#?}
  case $line in
  +*) pids="$pids$pid " ;;
  *) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
kill $pids 2>/dev/null && sleep 1 && kill -KILL $pids 2>/dev/null
rm -rf "$1"
`

// The path of a Unix socket has at most 104 bytes on some systems, and ssh makes it under a longer name first.
const longestDirectory = 70

/** A private directory, and a small process that ends what a run has started, and removes the directory, when it dies. */
export class Reaper {
  readonly directory: string
  readonly #process: ChildProcess

  private constructor(directory: string, process: ChildProcess) {
    this.directory = directory
    this.#process = process
  }

  static async start(): Promise<Reaper> {
    const directory = await mkdtemp(
      join(Buffer.byteLength(tmpdir()) > longestDirectory ? '/tmp' : tmpdir(), 'vs-'),
    )
    // In a session of its own: a Ctrl-C at the terminal is not for it.
    const process = spawn('/bin/sh', ['-c', watch, 'sh', directory], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
    })
    // Killed by somebody else, it is missed only when the runner is killed too.
    process.stdin?.on('error', () => undefined)
    await once(process, 'spawn')
    return new Reaper(directory, process)
  }

  watch(pid: number): void {
    this.#process.stdin?.write(`+${pid}\n`)
  }

  forget(pid: number): void {
    this.#process.stdin?.write(`-${pid}\n`)
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit')
      this.#process.stdin?.end()
      await ended
    }
    // Where somebody else has killed it, or it found no rm.
    await rm(this.directory, { recursive: true, force: true })
  }
}
