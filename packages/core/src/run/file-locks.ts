import { createHash, randomBytes } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isViridianError, reasonOf, ViridianError } from '../error.ts'
import { stateHint } from '../journal/state-hint.ts'
import {
  type Holder,
  hasLapsed,
  isOfSameRun,
  isSameProcess,
  type Lease,
  leaseSchema,
  locked,
  lockLost,
  renewed,
  takenOver,
} from './lease.ts'
import type { HeldLock, LockEvents, LockStore } from './lock.ts'

const renewEveryMs = 10_000
/** Room is left for the ending: most file systems take 255. */
const longestFileName = 200

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
      throw this.#unwritable('take', name, error)
    }
  }

  lease(name: string): Promise<Lease | undefined> {
    return readLease(this.#file(name))
  }

  async holder(name: string): Promise<Lease | undefined> {
    const lease = await this.lease(name)
    return lease && !hasLapsed(lease, hostname()) ? lease : undefined
  }

  /**
   * Every lock that stands there, by its file; one that cannot be read as its error.
   *
   * @throws ViridianError `E_STATE_READ`
   */
  async list(): Promise<{ readonly file: string; readonly lease: Lease | ViridianError }[]> {
    const names = await readdir(this.#directory).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw new ViridianError('E_STATE_READ', `cannot list the locks: ${reasonOf(error)}`, {
        place: { file: this.#directory },
        hint: 'make .tasks/locks a directory that can be read',
      })
    })
    const files = names
      .filter((name) => /\.json(\.next)?$/.test(name))
      .map((name) => join(this.#directory, name))
    const found = await Promise.all(files.map(async (file) => ({ file, lease: await leaseOrError(file) })))
    return found.flatMap(({ file, lease }) => (lease ? [{ file, lease }] : []))
  }

  #file(name: string): string {
    return join(this.#directory, `${fileNameOf(name)}.json`)
  }

  async #take(name: string, holder: Holder, events: LockEvents): Promise<HeldLock> {
    const file = this.#file(name)
    const since = new Date().toISOString()
    for (;;) {
      const fresh = renewed(holder, since)
      if (await this.#create(file, fresh)) return this.#hold(name, file, fresh, events)
      const current = await readLease(file)
      if (!current) continue
      const own = isOfSameRun(current, holder)
      if (!own && !hasLapsed(current, holder.host)) throw locked(name, current)
      const mine = own && current.kept !== undefined ? { ...fresh, kept: current.kept } : fresh
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
    try {
      // On disk before it has the lock's name: a power cut must not leave an empty lock there.
      await writeFile(draft, JSON.stringify(lease), { mode: 0o600, flush: true })
      return draft
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  }

  #unwritable(what: 'take' | 'write', name: string, error: unknown): ViridianError {
    return new ViridianError('E_STATE_WRITE', `cannot ${what} the lock on ${name}: ${reasonOf(error)}`, {
      place: { file: this.#directory },
      hint: stateHint(error),
    })
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
      await rename(await this.#draft(next), file)
      lease = next
    }
    const renew = async (): Promise<void> => {
      await look()
      if (lost) return
      if (Date.parse(lease.until) < Date.now()) return lose(lockLost(name, 'it was not renewed in time'))
      await write(renewed(lease, lease.since))
    }
    // Too many open files, a full disk: that may pass while there is still time for another renewal.
    const failed = (error: unknown): void => {
      if (Date.parse(lease.until) - Date.now() < renewEveryMs) lose(lockLost(name, reasonOf(error)))
    }
    const unwritable = (error: unknown): ViridianError => this.#unwritable('write', name, error)
    let renewal = Promise.resolve()
    const timer = setInterval(() => {
      renewal = renew().catch(failed)
    }, renewEveryMs)
    timer.unref()
    return {
      get isKept() {
        return lease.kept !== undefined
      },
      check() {
        if (!lost && Date.parse(lease.until) < Date.now()) lose(lockLost(name, 'it was not renewed in time'))
        if (lost) throw lost
      },
      look,
      async keep(until) {
        // One that is under way has begun with the lease as it was, and would write that.
        await renewal
        const { kept: _, ...others } = lease
        if (lost) return
        await write(until === undefined ? others : { ...others, kept: until }).catch((error: unknown) => {
          throw unwritable(error)
        })
      },
      leave: () => clearInterval(timer),
      async release() {
        clearInterval(timer)
        // It would put the file in its place again.
        await renewal
        const current = await readLease(file)
        if (current?.run === lease.run && isSameProcess(current, lease)) await rm(file, { force: true })
      },
    }
  }
}

/** A lock's name as that of a file. AWS's names are as long as a file's may be, or longer: such a one is cut and marked. */
function fileNameOf(name: string): string {
  const whole = encodeURIComponent(name)
  if (whole.length <= longestFileName) return whole
  const mark = createHash('sha256').update(name).digest('hex').slice(0, 16)
  return `${whole.slice(0, longestFileName - mark.length - 1)}-${mark}`
}

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
    throw unreadable(reasonOf(error))
  }
  const lease = leaseSchema.safeParse(parsedJson(text))
  if (!lease.success) throw unreadable('it does not hold what a run writes there')
  return lease.data
}

/** Undefined: it has been released meanwhile. An abandoned claim is an error. */
async function leaseOrError(file: string): Promise<Lease | ViridianError | undefined> {
  try {
    const lease = await readLease(file)
    const isClaim = file.endsWith('.next')
    return lease && isClaim ? (hasLapsed(lease, hostname()) ? abandoned(file) : undefined) : lease
  } catch (error) {
    if (error instanceof ViridianError) return error
    throw error
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is not JSON is no lease either.
    return undefined
  }
}

/** A process has died in the few milliseconds that it takes to replace a lapsed lease. */
const abandoned = (file: string): ViridianError =>
  new ViridianError('E_STATE_READ', 'a run died while it took a lock over', {
    place: { file },
    hint: 'see with "tasks runs" that no run is active, then remove the file',
  })
