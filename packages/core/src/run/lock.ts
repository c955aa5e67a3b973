import type { ViridianError } from '../error.ts'
import type { Holder, Lease } from './lease.ts'

/** Locks by name, each held by one run at a time. */
export interface LockStore {
  /**
   * Takes a lock, also from a holder whose lease has lapsed: that one is given to `onTakeover`. A lock that is kept is
   * taken by its own run alone.
   *
   * @throws ViridianError `E_LOCKED` with the holder; `E_STATE_READ`, `E_STATE_WRITE` when it cannot be told or taken
   */
  acquire(name: string, holder: Holder, events: LockEvents): Promise<HeldLock>
  /** What stands there of a lock, lapsed or not. */
  lease(name: string): Promise<Lease | undefined>
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
  /** The way back is kept open: also by an earlier process of the run, until {@link HeldLock.keep} says that it is no more. */
  readonly isKept: boolean
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
