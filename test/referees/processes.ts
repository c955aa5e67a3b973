import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The processes whose parent is this one. */
export function childrenOf(pid: number): number[] {
  return processes()
    .filter(({ parent }) => parent === pid)
    .map((each) => each.pid)
}

/** How many processes of this machine have exactly this command line. */
export function countOf(commandLine: string): number {
  return processes().filter(({ line }) => line === commandLine).length
}

/** The process that has exactly this command line; the newest of several. */
export function pidOf(commandLine: string): number {
  const found = processes().findLast(({ line }) => line === commandLine)
  if (!found) throw new Error(`no process is called ${commandLine}`)
  return found.pid
}

/** Kills processes; those that have ended meanwhile are no failure. */
export function end(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
}

/** The most memory that a process had resident so far, in MiB; undefined when it has ended. */
export function peakMemory(pid: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
  } catch {
    return undefined
  }
}

/** How much a process has read so far, from anywhere. */
export function bytesRead(pid: number): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
}

// Zombies have ended; only their parents have not asked yet.
function processes(): { pid: number; parent: number; line: string }[] {
  const text = execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
  return text.split('\n').flatMap((row) => {
    const [, pid, parent, stat, line] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(row) ?? []
    if (line === undefined || stat?.startsWith('Z')) return []
    return [{ pid: Number(pid), parent: Number(parent), line }]
  })
}
