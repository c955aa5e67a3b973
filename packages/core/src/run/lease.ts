import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { elapsed } from '../duration.ts'
import { ViridianError } from '../error.ts'

/** Who holds a lock, and until when unless the hold is renewed. */
export const leaseSchema = z.object({
  run: z.string(),
  task: z.string(),
  user: z.string(),
  host: z.string(),
  pid: z.number(),
  since: z.string(),
  until: z.string(),
  /** Until when the run keeps its way back open: its lock does not lapse, and `tasks rollback` of the same run takes it over. */
  kept: z.string().exactOptional(),
})

export type Lease = z.infer<typeof leaseSchema>
export type Holder = Omit<Lease, 'since' | 'until' | 'kept'>

const leaseMs = 30_000

/** The rest of a lease, such as that it is kept, stays. */
export const renewed = (holder: Holder | Lease, since: string): Lease => ({
  ...holder,
  since,
  until: new Date(Date.now() + leaseMs).toISOString(),
})

export const isSameProcess = (one: Holder, other: Holder): boolean =>
  one.pid === other.pid && one.host === other.host

/** Its own run goes on with a lock that was kept for it, or that this process has taken already. */
export const isOfSameRun = (current: Lease, holder: Holder): boolean =>
  current.run === holder.run && (current.kept !== undefined || isSameProcess(current, holder))

/** A holder on this machine whose process is gone does not keep anybody waiting, unless the way back is kept open. */
export function hasLapsed(lease: Lease, host: string): boolean {
  if (lease.kept !== undefined) return false
  return Date.parse(lease.until) < Date.now() || (lease.host === host && !isAlive(lease.pid))
}

/** Why a lapsed lease counts no more, in words about its run. */
export function lapseOf({ host, pid, until }: Lease, here: string): string {
  if (host === here && !isAlive(pid)) return 'which has ended without releasing it'
  // A process that was stopped, or whose clock was changed, may go on: it will notice.
  return `which has not renewed it for ${elapsed(Date.now() - Date.parse(until) + leaseMs)}`
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    // A process of another user is alive as well.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** A process that was killed and that nobody has asked after yet: it runs no more. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    // Elsewhere than on Linux there is no such file; the process counts as alive.
    return false
  }
}

export const lockLost = (name: string, reason: string): ViridianError =>
  new ViridianError('E_LOCK_LOST', `the lock on ${name} was lost: ${reason}`, {
    hint: 'another run may be changing it; look at "tasks runs" before anything else',
  })

export const takenOver = ({ run, user, host, pid }: Lease): ViridianError =>
  new ViridianError(
    'E_RUN_TAKEN_OVER',
    `run ${run} was taken over by ${user} on ${host}, process ${pid}: that process goes on with it`,
    { hint: '"tasks runs" says what came of it' },
  )

export function locked(name: string, lease: Lease): ViridianError {
  const { run, task, user, host, pid, since, kept } = lease
  const age = elapsed(Date.now() - Date.parse(since))
  const what = `${name} is locked by ${user} on ${host}: run ${run} of "${task}", process ${pid}, for ${age}`
  if (kept === undefined)
    return new ViridianError('E_LOCKED', what, {
      hint: 'wait for it to end; the lock of a run that died lapses by itself',
    })
  return new ViridianError('E_LOCKED', `${what}; it keeps its way back open until ${kept}`, {
    hint: `wait until then, or: "tasks rollback ${run}" goes back, "tasks resume ${run}" finishes a run that was detached`,
  })
}
