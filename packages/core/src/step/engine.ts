import { setImmediate as turn } from 'node:timers/promises'
import { reportOf, ViridianError } from '../error.ts'
import type { Event } from '../events/event.ts'
import type { JournalRecord } from '../journal/record.ts'
import { UntoldGroups } from './groups.ts'
import { OnRecord, type OnRecordSettings } from './on-record.ts'
import type { Performance } from './performance.ts'

export interface EngineSettings extends OnRecordSettings {
  readonly planning: boolean
  /** Aborted by the engine at the first failure. */
  readonly stop: AbortController
}

/** What a plan gives for a step: a fact that it has read, or a placeholder. */
export interface Planned<Output> {
  readonly output: Output
  readonly outcome: 'done' | 'planned'
  /** For whoever approves of it. */
  readonly details?: readonly string[]
}

/** What a person sees of a step, or of a group of steps. */
interface Shown {
  readonly key: string
  readonly parent: string | undefined
  readonly step: string
  readonly type: Performance<unknown>['type'] | 'move' | 'task'
  readonly title: string
  /** Shown only when it fails. */
  readonly quiet?: boolean
}

const now = (): string => new Date().toISOString()

/** What is only planned takes a turn, as what is done takes its time: at a task's end it is open if nobody has awaited it. */
export const inItsTurn = <Result>(planned: Promise<Result>): Promise<Result> => planned.finally(() => turn())

/** Takes steps: one at a time or side by side, recorded, stopped together, and all of them awaited in the end. */
export class Engine {
  readonly #settings: EngineSettings
  readonly #onRecord: OnRecord
  readonly #open = new Map<Promise<unknown>, string>()
  #abandon: () => void = () => undefined
  readonly #abandoned = new Promise<void>((resolve) => {
    this.#abandon = resolve
  })
  readonly #groups = new UntoldGroups()
  #failure: unknown
  #isStoppedByStep = false
  #hasRefused = false

  constructor(settings: EngineSettings) {
    this.#settings = settings
    this.#onRecord = new OnRecord(settings, this.#groups)
  }

  get planning(): boolean {
    return this.#settings.planning
  }

  get signal(): AbortSignal {
    return this.#settings.stop.signal
  }

  /** What stopped the run: its first failure. */
  get failure(): unknown {
    return this.#failure
  }

  /** A step's failure has stopped the run. */
  get isStoppedByStep(): boolean {
    return this.#isStoppedByStep
  }

  /** A step was to begin after the run had been stopped. */
  get hasRefused(): boolean {
    return this.#hasRefused
  }

  /** The titles of the steps that are not settled yet. */
  get open(): readonly string[] {
    return [...this.#open.values()]
  }

  emit(event: Event): void {
    this.#settings.emit(event)
  }

  record(record: JournalRecord): Promise<void> {
    return this.#settings.record(record)
  }

  /** Stops the run: waits are aborted, and nothing further starts. Only the first reason counts. */
  fail(reason: unknown): void {
    if (this.signal.aborted) return
    this.#failure = reason
    this.#settings.stop.abort(
      new ViridianError('E_RUN_STOPPED', 'stopped, because the run is ending', { cause: reason }),
    )
  }

  /** @throws ViridianError `E_STEP_UNSETTLED` when steps were started and not awaited */
  refuseOpen(): void {
    if (this.#open.size === 0) return
    throw new ViridianError(
      'E_STEP_UNSETTLED',
      `the task returned while steps were not finished: ${this.open.join(', ')}`,
      {
        hint: 'await every step, move and task that it starts',
      },
    )
  }

  /** Resolves when every step that has started is settled, or is known never to be. */
  async settle(): Promise<void> {
    while (this.#open.size > 0) await Promise.race([Promise.allSettled(this.#open.keys()), this.#abandoned])
  }

  /** What is open goes on no more: as after a crash, it is looked up what came of it. */
  abandon(): void {
    this.#open.clear()
    this.#abandon()
  }

  /** Holds the run open until `work` is settled, and stops the run when it fails. */
  track<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
    if (this.signal.aborted) this.#hasRefused = true
    const promise = this.signal.aborted ? Promise.reject<Result>(this.signal.reason) : this.#begin(work)
    this.#open.set(promise, title)
    promise.then(
      () => this.#open.delete(promise),
      (error: unknown) => {
        this.#open.delete(promise)
        if (!this.signal.aborted) this.#isStoppedByStep = true
        this.fail(error)
      },
    )
    return promise
  }

  #begin<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.planning ? inItsTurn(work()) : work()
  }

  /** A group of steps under one line: a move, a branch, a task that another one calls. */
  group<Result>(
    group: Omit<Shown, 'type'> & { type: 'move' | 'task' | 'check' },
    body: () => Promise<Result>,
  ): Promise<Result> {
    this.#groups.add(group)
    return this.track(group.title, () =>
      this.#shown(group, async () => ({ output: await body(), outcome: 'done' })),
    )
  }

  /** Takes one step, within `track`; a recorded outcome is given back instead. */
  perform<Output>(step: Performance<Output>): Promise<Output> {
    return this.#shown(step, () => this.#onRecord.take(step))
  }

  /** A step of a plan: shown, not recorded. */
  plan<Output>(step: Performance<Output>, work: () => Promise<Planned<Output>>): Promise<Output> {
    return this.#shown(step, work)
  }

  async #shown<Output>(
    shown: Shown,
    work: () => Promise<{
      output: Output
      outcome: 'done' | 'found' | 'replayed' | 'planned'
      details?: readonly string[]
    }>,
  ): Promise<Output> {
    if (shown.type === 'fact' || shown.type === 'host') return (await work()).output
    const { key, step, title } = shown
    const common = { key, step, title, ...(shown.parent !== undefined && { parent: shown.parent }) }
    const began = performance.now()
    const loud = shown.quiet !== true
    if (loud) this.emit({ kind: 'step.started', ...common, type: shown.type, at: now() })
    try {
      const { output, outcome, details = [] } = await work()
      if (!loud) return output
      this.emit({
        kind: 'step.finished',
        ...common,
        at: now(),
        ms: Math.round(performance.now() - began),
        outcome,
        ...(details.length > 0 && { details }),
      })
      return output
    } catch (error) {
      this.emit({
        kind: 'step.failed',
        ...common,
        at: now(),
        ms: Math.round(performance.now() - began),
        error: reportOf(error),
      })
      throw error
    }
  }
}
