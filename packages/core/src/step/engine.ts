import { setImmediate as turn } from 'node:timers/promises'
import { isViridianError, reportOf, ViridianError } from '../error.ts'
import type { Event } from '../events/event.ts'
import type { Mask } from '../events/mask.ts'
import type { StepHistory } from '../journal/history.ts'
import type { JournalRecord, RecordOf } from '../journal/record.ts'
import { UntoldGroups } from './groups.ts'
import { isDigestOfInput, recordedDigest } from './identity.ts'
import { asJson, type Performance, type Preparation } from './performance.ts'
import { earlierRelease } from './registry.ts'

export interface EngineSettings {
  readonly planning: boolean
  /** Aborted by the engine at the first failure. */
  readonly stop: AbortController
  /** What an earlier process of this run recorded. */
  readonly past: ReadonlyMap<string, StepHistory>
  /** What no journal may hold. */
  readonly mask: Mask
  emit(event: Event): void
  record(record: JournalRecord): Promise<void>
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
    return this.#shown(step, () => this.#take(step))
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

  async #take<Output>(
    step: Performance<Output>,
  ): Promise<{ output: Output; outcome: 'done' | 'found' | 'replayed' }> {
    const past = this.#settings.past.get(step.key)
    if (past) {
      this.#checkIdentity(step, past)
      if (past.outcome?.kind === 'step.done' && (step.type !== 'check' || past.passed)) {
        if (past.outcome.masked !== true)
          return { output: step.parse(past.outcome.output), outcome: 'replayed' }
        if (step.type === 'change') throw lostToMask(step)
        this.emit({ kind: 'note', level: 'warning', text: again(step) })
      }
      if (past.outcome?.kind === 'step.failed' && step.type !== 'check') throw recalled(past.outcome.error)
    }
    const prepared = past ? preparationOf(past) : await step.prepare?.()
    if (!past || !isDigestOfInput(past.intent.digest, step.input)) await this.#intend(step, prepared)
    const lost = past && !past.outcome && step.find ? await this.#find(step, prepared) : undefined
    if (lost) return lost
    return this.#attempt(step, prepared)
  }

  async #attempt<Output>(
    step: Performance<Output>,
    prepared: Preparation | undefined,
  ): Promise<{ output: Output; outcome: 'done' | 'found' }> {
    let output: Output
    try {
      output = step.parse(await step.work(prepared))
    } catch (error) {
      const found = await this.#recover(step, prepared, error)
      if (found) return found
      throw error
    }
    await this.record(doneRecord(step, output))
    return { output, outcome: 'done' }
  }

  /** After a failed call: was the change made all the same? Records the failure when it was not. */
  async #recover<Output>(
    step: Performance<Output>,
    prepared: Preparation | undefined,
    error: unknown,
  ): Promise<{ output: Output; outcome: 'found' } | undefined> {
    const find = isViridianError(error) && error.refused ? undefined : step.find
    let made: 'no' | 'unknown' = find ? 'unknown' : 'no'
    try {
      const found = find && (await this.#find(step, prepared))
      if (found) return found
      made = step.hadBegun?.() ? 'unknown' : 'no'
    } catch (lookup) {
      // The failure that counts is the first one; that the outcome is unknown is recorded with it.
      this.emit({ kind: 'note', level: 'warning', text: `${step.title}: ${reportOf(lookup).message}` })
    }
    await this.record({ kind: 'step.failed', key: step.key, at: now(), error: reportOf(error), made })
    return undefined
  }

  async #find<Output>(
    step: Performance<Output>,
    prepared: Preparation | undefined,
  ): Promise<{ output: Output; outcome: 'found' } | undefined> {
    const found = await step.find?.(prepared)
    if (!found || found.status === 'absent') return undefined
    if (found.status === 'unknown') {
      throw new ViridianError('E_STEP_UNKNOWN', `cannot tell whether it was done: ${found.reason}`)
    }
    await this.record({ ...doneRecord(step, found.output), found: true })
    return { output: found.output, outcome: 'found' }
  }

  #intend<Output>(step: Performance<Output>, prepared: Preparation | undefined): Promise<void> {
    const within = this.#groups.around(step.key)
    const input = asJson(step.input)
    return this.record({
      kind: 'step.intended',
      key: step.key,
      at: now(),
      step: step.step,
      version: step.version,
      type: step.type,
      title: step.title,
      digest: recordedDigest(step.input, this.#settings.mask.json(input) !== input),
      input,
      ...(within.length > 0 && { within }),
      ...(prepared && { before: asJson(prepared.before), token: prepared.token }),
    })
  }

  #checkIdentity<Output>(step: Performance<Output>, { intent, passed }: StepHistory): void {
    const same = intent.step === step.step && intent.version === step.version
    if (same && isDigestOfInput(intent.digest, step.input)) return
    // What is checked anew may be checked for something else: nothing relies on what came of it before.
    if (same && step.type === 'check' && !passed) return
    throw new ViridianError(
      'E_RESUME_MISMATCH',
      same
        ? `the run recorded "${intent.title}" with another input than "${step.title}" has now`
        : `the run recorded "${intent.title}" (${intent.step}@${intent.version}) where the task now asks for "${step.title}" (${step.step}@${step.version})`,
      {
        hint:
          intent.step === step.step && intent.version !== step.version
            ? earlierRelease
            : 'mend the task file and resume the run, or take it back with "tasks rollback"; chains of steps side by side need a t.branch each',
      },
    )
  }
}

function doneRecord<Output>({ key, traces }: Performance<Output>, output: Output): RecordOf<'step.done'> {
  return { kind: 'step.done', key, at: now(), output: asJson(output), ...traces?.(output) }
}

function preparationOf({ intent }: StepHistory): Preparation | undefined {
  return intent.token === undefined ? undefined : { before: intent.before, token: intent.token }
}

const again = ({ title }: { readonly title: string }): string =>
  `${title} is done again: it gave a secret, which no journal holds`

const lostToMask = ({ title }: { readonly title: string }): ViridianError =>
  new ViridianError('E_STEP_SECRET', `${title}: it gave a secret, which no journal holds`, {
    hint: 'the run cannot go on without it; let the step give where the secret is, and read it behind it',
  })

function recalled(error: ReturnType<typeof reportOf>): ViridianError {
  return new ViridianError(error.code, error.message, {
    ...(error.hint !== undefined && { hint: error.hint }),
    ...(error.place !== undefined && { place: error.place }),
  })
}
