import { hostname, userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { ViridianError } from '../error.ts'
import type { RunHistory } from '../journal/history.ts'
import { isAlive, type Lease } from './lease.ts'
import { type LockStore, runLock } from './lock.ts'

const letsGoWithinMs = 30_000

/**
 * Takes a run that keeps its way back open from the process that waits in it: that one notices within a second, leaves
 * all as it is, and ends. Resolves when it has.
 *
 * @throws ViridianError `E_RUN_ALIVE` when it does not let go
 */
export async function takeOver(locks: LockStore, { started }: RunHistory, holder: Lease): Promise<void> {
  const { run, task } = started
  const mine = { run, task, user: userInfo().username, host: hostname(), pid: process.pid }
  const lock = await locks.acquire(runLock(run), mine, {
    onLost: () => undefined,
    onTakeover: () => undefined,
  })
  // Held until the run's session takes it once more, as the same process.
  lock.leave()
  const deadline = Date.now() + letsGoWithinMs
  // Of a process on another machine nothing is seen: it has had time to notice.
  while (holder.host !== mine.host || isAlive(holder.pid)) {
    if (Date.now() > deadline) {
      if (holder.host !== mine.host) return
      throw new ViridianError('E_RUN_ALIVE', `process ${holder.pid} does not let go of run ${run}`, {
        hint: 'interrupt it: Ctrl-C, or kill -INT',
      })
    }
    await sleep(100)
  }
}
