import type { Event } from '../events/event.ts'
import type { RunIdentity } from '../step/definition.ts'
import type { Engine } from '../step/engine.ts'
import type { HeldLocks } from './held-locks.ts'
import type { Ledger } from './ledger.ts'

export interface WayBackOptions {
  readonly identity: RunIdentity
  readonly engine: Engine
  readonly ledger: Ledger
  readonly locks: HeldLocks
  /** The run ends where it keeps its way back open, and waits for nothing there. */
  readonly detaches: boolean
  readonly emit: (event: Event) => void
}

/** The way back of a run: kept open for a while, in this process or behind its end, and closed. */
export class WayBack {
  readonly #options: WayBackOptions
  readonly #detachedUntil: string | undefined
  /** Resolves when the run has ended where it keeps its way back open. */
  readonly detached: Promise<'detached'>
  #detach: () => void = () => undefined

  constructor(options: WayBackOptions) {
    this.#options = options
    const past = options.ledger.history()
    this.#detachedUntil = past?.finished?.status === 'kept' ? past.kept : undefined
    this.detached = new Promise((resolve) => {
      this.#detach = () => resolve('detached')
    })
  }

  get detaches(): boolean {
    return this.#options.detaches
  }

  /** Ends the run here: its locks stay, for the process that goes on with it. */
  detach(): void {
    this.#detach()
  }

  /** True for the window in which an earlier process of the run has ended it, for a person to go on with. */
  wasDetachedUntil(until: string): boolean {
    return this.#detachedUntil === until
  }

  /** Notes that it is kept open: from now on `tasks rollback` of this run may take it over. */
  async keep(until: string): Promise<void> {
    const { ledger, engine, locks, identity, emit } = this.#options
    const at = new Date().toISOString()
    if (ledger.history()?.kept === undefined) await engine.record({ kind: 'kept', at, until })
    await locks.keep(until)
    emit({ kind: 'kept', until, at, run: identity.id })
  }

  /** Stops the run when another process has taken it over. */
  async look(): Promise<void> {
    const { locks, engine } = this.#options
    await locks.look()
    engine.signal.throwIfAborted()
  }

  /**
   * Ends the keeping, for a run that takes itself back or commits.
   *
   * @throws ViridianError `E_RUN_TAKEN_OVER` when another process does so already
   */
  reclaim(): Promise<void> {
    return this.#options.locks.reclaim()
  }
}
