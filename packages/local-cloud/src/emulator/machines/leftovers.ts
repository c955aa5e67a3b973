import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const patience = 5_000

/**
 * Kills every process whose home directory lies under `place`: what left its process group (a daemon), and what a cloud
 * that was itself killed left behind. The environment is the proof that a process is ours: ids are used again.
 */
export async function killLeftovers(place: string): Promise<void> {
  const deadline = Date.now() + patience
  for (;;) {
    const pids = await processesUnder(place)
    if (pids.length === 0) return
    if (Date.now() > deadline) {
      throw new Error(
        `Processes of ${place} do not end: ${pids.join(', ')}. See what holds them with "ps -fp <pid>".`,
      )
    }
    for (const pid of pids) kill(pid)
    await delay(10)
  }
}

async function processesUnder(place: string): Promise<readonly number[]> {
  const found = process.platform === 'linux' ? await fromProc(place) : await fromPs(place)
  return found.filter((pid) => pid !== process.pid)
}

async function fromProc(place: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const matches = await Promise.all(
    pids.map(async (pid) => {
      // Unreadable: another user's process, or one that has just ended. Neither is ours to kill.
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      return environment.split('\0').some((entry) => entry.startsWith(`HOME=${place}/`)) ? [Number(pid)] : []
    }),
  )
  return matches.flat()
}

async function fromPs(place: string): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axeww', '-o', 'pid=,command='], {
    maxBuffer: 64 << 20,
  })
  return stdout
    .split('\n')
    .filter((line) => ` ${line} `.includes(` HOME=${place}/`))
    .map((line) => Number.parseInt(line, 10))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
