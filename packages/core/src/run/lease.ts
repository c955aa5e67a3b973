import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { isViridianError, reportOf, ViridianError } from '../error.ts'

/** Who holds a lock, and until when unless the hold is renewed. */
const leaseSchema = z.object({
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
const renewEveryMs = 10_000

/** Locks by name, each held by one run at a time. */
export interface LockStore {
  /**
   * Takes a lock, also from a holder whose lease has lapsed: that one is given to `onTakeover`. A lock that is kept is
   * taken by its own run alone.
   *
   * @throws ViridianError `E_LOCKED` with the holder; `E_STATE_READ`, `E_STATE_WRITE` when it cannot be told or taken
   */
  acquire(name: string, holder: Holder, events: LockEvents): Promise<HeldLock>
  /** Who holds a lock, unless that lease has lapsed. */
  holder(name: string): Promise<Lease | undefined>
}

/** The lock of a run itself: whoever holds it goes on with the run. */
export const runLock = (run: string): string => `run/${run}`

export interface LockEvents {
  onTakeover(lapsed: Lease): void
  /** The lease could not be renewed in time, or somebody took it over: `E_LOCK_LOST`, or `E_RUN_TAKEN_OVER` by the same run. */
  onLost(error: ViridianError): void
}

export interface HeldLock {
  /** @throws ViridianError `E_LOCK_LOST` when the lease has lapsed */
  check(): void
  /** Reads who holds the lock, now. */
  look(): Promise<void>
  /** Says in the lease until when the way back is kept open; undefined: no more. */
  keep(until: string | undefined): Promise<void>
  /** Stops renewing, and leaves the lock as it is: a kept one stays. */
  leave(): void
  release(): Promise<void>
}

/** Locks as files under `.tasks/locks/`: exclusive among the processes that share the directory. */
export class FileLocks implements LockStore {
  readonly #directory: string

  constructor(stateDirectory: string) {
    this.#directory = join(stateDirectory, 'locks')
  }

  async acquire(name: string, holder: Holder, events: LockEvents): Promise<HeldLock> {
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 })
      return await this.#take(name, holder, events)
    } catch (error) {
      if (isViridianError(error)) throw error
      throw new ViridianError(
        'E_STATE_WRITE',
        `cannot take the lock on ${name}: ${reportOf(error).message}`,
        {
          place: { file: this.#directory },
          hint: 'make room, or make .tasks/ writable',
        },
      )
    }
  }

  async holder(name: string): Promise<Lease | undefined> {
    const lease = await readLease(this.#file(name))
    return lease && !hasLapsed(lease, hostname()) ? lease : undefined
  }

  #file(name: string): string {
    return join(this.#directory, `${encodeURIComponent(name)}.json`)
  }

  async #take(name: string, holder: Holder, events: LockEvents): Promise<HeldLock> {
    const file = this.#file(name)
    const since = new Date().toISOString()
    for (;;) {
      const mine = renewed(holder, since)
      if (await this.#create(file, mine)) return this.#hold(name, file, mine, events)
      const current = await readLease(file)
      if (!current) continue
      const own = isOfSameRun(current, holder)
      if (!own && !hasLapsed(current, holder.host)) throw locked(name, current)
      if (!(await this.#replace(file, current, mine))) continue
      if (!own) events.onTakeover(current)
      return this.#hold(name, file, mine, events)
    }
  }

  /** Writes a whole file under a name that nobody else has, or answers false. */
  async #create(file: string, lease: Lease): Promise<boolean> {
    const draft = await this.#draft(lease)
    try {
      await link(draft, file)
      return true
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
      throw error
    } finally {
      await rm(draft, { force: true })
    }
  }

  async #draft(lease: Lease): Promise<string> {
    const draft = join(this.#directory, `.${randomBytes(6).toString('hex')}`)
    await writeFile(draft, JSON.stringify(lease), { mode: 0o600 })
    return draft
  }

  /**
   * Puts a lease in the place of a lapsed one, in one move: while it is missing, a third could take the lock. Of several
   * who have seen the lapsed one, the holder of a file beside it looks again, and replaces only that.
   */
  async #replace(file: string, lapsed: Lease, mine: Lease): Promise<boolean> {
    const claim = `${file}.next`
    if (!(await this.#create(claim, mine))) {
      const other = await readLease(claim)
      if (other && hasLapsed(other, mine.host)) throw abandoned(claim)
      await sleep(5)
      return false
    }
    try {
      const now = await readLease(file)
      if (now?.run !== lapsed.run || now.since !== lapsed.since) return false
      await rename(await this.#draft(mine), file)
      return true
    } finally {
      await rm(claim, { force: true })
    }
  }

  #hold(name: string, file: string, first: Lease, events: LockEvents): HeldLock {
    let lease = first
    let lost: ViridianError | undefined
    const lose = (error: ViridianError): void => {
      lost ??= error
      events.onLost(lost)
    }
    const look = async (): Promise<void> => {
      const current = await readLease(file)
      if (current?.run !== lease.run)
        lose(lockLost(name, current ? `${current.run} has taken it` : 'its file is gone'))
      else if (!isSameProcess(current, lease)) lose(takenOver(current))
    }
    const write = async (next: Lease): Promise<void> => {
      lease = next
      await rename(await this.#draft(lease), file)
    }
    const renew = async (): Promise<void> => {
      await look()
      if (lost) return
      if (Date.parse(lease.until) < Date.now()) return lose(lockLost(name, 'it was not renewed in time'))
      await write(renewed(lease, lease.since))
    }
    const timer = setInterval(
      () => void renew().catch((error: unknown) => lose(lockLost(name, String(error)))),
      renewEveryMs,
    )
    timer.unref()
    return {
      check() {
        if (!lost && Date.parse(lease.until) < Date.now()) lose(lockLost(name, 'it was not renewed in time'))
        if (lost) throw lost
      },
      look,
      async keep(until) {
        const { kept: _, ...others } = lease
        if (!lost) await write(until === undefined ? others : { ...others, kept: until })
      },
      leave: () => clearInterval(timer),
      async release() {
        clearInterval(timer)
        const current = await readLease(file)
        if (current?.run === lease.run && isSameProcess(current, lease)) await rm(file, { force: true })
      },
    }
  }
}

/** The rest of a lease, such as that it is kept, stays. */
const renewed = (holder: Holder | Lease, since: string): Lease => ({
  ...holder,
  since,
  until: new Date(Date.now() + leaseMs).toISOString(),
})

async function readLease(file: string): Promise<Lease | undefined> {
  const unreadable = (why: string): ViridianError =>
    new ViridianError('E_STATE_READ', `a lock cannot be read: ${why}`, {
      place: { file },
      hint: 'see with "tasks runs" that no run is active, then remove the file',
    })
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw unreadable(reportOf(error).message)
  }
  const lease = leaseSchema.safeParse(parsedJson(text))
  if (!lease.success) throw unreadable('it does not hold what a run writes there')
  return lease.data
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is not JSON is no lease either.
    return undefined
  }
}

const isSameProcess = (one: Holder, other: Holder): boolean =>
  one.pid === other.pid && one.host === other.host

/** Its own run goes on with a lock that was kept for it, or that this process has taken already. */
const isOfSameRun = (current: Lease, holder: Holder): boolean =>
  current.run === holder.run && (current.kept !== undefined || isSameProcess(current, holder))

/** A holder on this machine whose process is gone does not keep anybody waiting, unless the way back is kept open. */
function hasLapsed(lease: Lease, host: string): boolean {
  if (lease.kept !== undefined) return false
  return Date.parse(lease.until) < Date.now() || (lease.host === host && !isAlive(lease.pid))
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

/** A process has died in the few milliseconds that it takes to replace a lapsed lease. */
const abandoned = (file: string): ViridianError =>
  new ViridianError('E_STATE_READ', 'a run died while it took a lock over', {
    place: { file },
    hint: 'see with "tasks runs" that no run is active, then remove the file',
  })

const lockLost = (name: string, reason: string): ViridianError =>
  new ViridianError('E_LOCK_LOST', `the lock on ${name} was lost: ${reason}`, {
    hint: 'another run may be changing it; look at "tasks runs" before anything else',
  })

const takenOver = ({ run, user, host, pid }: Lease): ViridianError =>
  new ViridianError(
    'E_RUN_TAKEN_OVER',
    `run ${run} was taken over by ${user} on ${host}, process ${pid}: that process goes on with it`,
    { hint: '"tasks runs" says what came of it' },
  )

function locked(name: string, lease: Lease): ViridianError {
  const { run, task, user, host, pid, since, kept } = lease
  if (kept !== undefined)
    return new ViridianError(
      'E_LOCKED',
      `${name} is locked by run ${run} of "${task}" (${user} on ${host}), which keeps its way back open until ${kept}`,
      { hint: `"tasks resume ${run}" finishes it, "tasks rollback ${run}" goes back` },
    )
  const age = Math.round((Date.now() - Date.parse(since)) / 1000)
  return new ViridianError(
    'E_LOCKED',
    `${name} is locked by ${user} on ${host}: run ${run} of "${task}", process ${pid}, for ${age} s`,
    {
      hint: 'wait for it to end; the lock of a run that died lapses by itself',
    },
  )
}
