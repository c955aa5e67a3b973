import { hostname } from 'node:os'
import type { RunHistory } from '../journal/history.ts'
import type { FileLocks } from './file-locks.ts'
import { isAlive } from './lease.ts'
import { runLock } from './lock.ts'

/**
 * Whether a process goes on with a run. Before a run has taken its lock, and behind its release, its process is all that
 * there is to see.
 */
export async function isHeld(
  { started: { run, by }, finished }: RunHistory,
  locks: FileLocks,
): Promise<boolean> {
  const lease = await locks.lease(runLock(run))
  if (lease) return (await locks.holder(runLock(run))) !== undefined
  return !finished && by.host === hostname() && isAlive(by.pid)
}
