import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

const living = new Set<number>()

process.on('exit', () => {
  for (const pid of living) signalGroup(pid, 'SIGKILL')
})

/** Starts a program as the leader of a process group of its own, which does not outlive the cloud's orderly end. */
export function spawnGroup(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(program, args, { ...options, detached: true })
  const { pid } = child
  if (pid !== undefined) {
    living.add(pid)
    child.once('exit', () => living.delete(pid))
  }
  return child
}

/** Sends a signal to every process of a group; false when the group has none. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal)
    return true
  } catch (error) {
    // EPERM is macOS's answer for a group of zombies.
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))
      return false
    throw error
  }
}

const afterLeader = 500

/**
 * Ends a group: SIGTERM, then SIGKILL for whatever is left after `grace` milliseconds, or shortly after its leader is
 * gone: without an init process to reap them, orphans stay in the group as zombies for ever.
 */
export async function endGroup(leader: number, grace: number): Promise<void> {
  let deadline = Date.now() + grace
  let led = true
  signalGroup(leader, 'SIGTERM')
  while (signalGroup(leader, 0)) {
    if (led && !exists(leader)) {
      led = false
      deadline = Math.min(deadline, Date.now() + afterLeader)
    }
    if (Date.now() >= deadline) {
      signalGroup(leader, 'SIGKILL')
      return
    }
    await delay(10)
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
