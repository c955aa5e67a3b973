import type { Holder } from './lease.ts'
import type { HeldLock, LockEvents, LockStore } from './lock.ts'

/** The locks that a run holds: looked at, kept and let go together. */
export class HeldLocks {
  #locks: HeldLock[] = []

  /** Takes locks in the order of their names, so that two runs cannot wait for each other. */
  async acquire(
    store: LockStore,
    names: readonly string[],
    holder: Holder,
    events: (name: string) => LockEvents,
  ): Promise<void> {
    for (const name of [...names].sort()) this.#locks.push(await store.acquire(name, holder, events(name)))
  }

  /** @throws ViridianError `E_LOCK_LOST`, `E_RUN_TAKEN_OVER` */
  check(): void {
    for (const lock of this.#locks) lock.check()
  }

  /** Reads who holds them, now. */
  async look(): Promise<void> {
    for (const lock of this.#locks) await lock.look()
  }

  /** Says until when the way back is kept open. */
  async keep(until: string): Promise<void> {
    for (const lock of this.#locks) await lock.keep(until)
  }

  /**
   * Ends the keeping.
   *
   * @throws ViridianError `E_LOCK_LOST`, `E_RUN_TAKEN_OVER`
   */
  async reclaim(): Promise<void> {
    for (const lock of this.#locks) {
      await lock.look()
      lock.check()
      await lock.keep(undefined)
    }
  }

  /**
   * Everything is tried, the first failure is thrown.
   *
   * @param exceptKept - kept locks stay, for the process that goes on with the run
   */
  async release(exceptKept: boolean): Promise<void> {
    const released = await Promise.allSettled(
      this.#locks.map(async (lock) => (exceptKept && lock.isKept ? lock.leave() : lock.release())),
    )
    const failed = released.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }
}
