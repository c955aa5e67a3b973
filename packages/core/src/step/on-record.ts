import { isViridianError, reportOf, ViridianError } from '../error.ts'
import type { Event } from '../events/event.ts'
import type { Mask } from '../events/mask.ts'
import type { StepHistory } from '../journal/history.ts'
import type { JournalRecord, RecordOf } from '../journal/record.ts'
import type { UntoldGroups } from './groups.ts'
import { isDigestOfInput, recordedDigest } from './identity.ts'
import { asJson, type Performance, type Preparation } from './performance.ts'
import { earlierRelease } from './registry.ts'

export interface OnRecordSettings {
  /** What an earlier process of this run recorded. */
  readonly past: ReadonlyMap<string, StepHistory>
  /** What no journal may hold. */
  readonly mask: Mask
  emit(event: Event): void
  record(record: JournalRecord): Promise<void>
}

const now = (): string => new Date().toISOString()

/** Takes steps as the journal has them: what is on record is given back, the rest is made and noted, or looked up. */
export class OnRecord {
  readonly #settings: OnRecordSettings
  readonly #groups: UntoldGroups

  constructor(settings: OnRecordSettings, groups: UntoldGroups) {
    this.#settings = settings
    this.#groups = groups
  }

  async take<Output>(
    step: Performance<Output>,
  ): Promise<{ output: Output; outcome: 'done' | 'found' | 'replayed' }> {
    const past = this.#settings.past.get(step.key)
    if (past) {
      this.#checkIdentity(step, past)
      if (past.outcome?.kind === 'step.done' && (step.type !== 'check' || past.passed)) {
        if (past.outcome.masked !== true)
          return { output: step.parse(past.outcome.output), outcome: 'replayed' }
        if (step.type === 'change') throw lostToMask(step)
        this.#settings.emit({ kind: 'note', level: 'warning', text: again(step) })
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
    await this.#settings.record(doneRecord(step, output))
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
      this.#settings.emit({
        kind: 'note',
        level: 'warning',
        text: `${step.title}: ${reportOf(lookup).message}`,
      })
    }
    await this.#settings.record({
      kind: 'step.failed',
      key: step.key,
      at: now(),
      error: reportOf(error),
      made,
    })
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
    await this.#settings.record({ ...doneRecord(step, found.output), found: true })
    return { output: found.output, outcome: 'found' }
  }

  #intend<Output>(step: Performance<Output>, prepared: Preparation | undefined): Promise<void> {
    const within = this.#groups.around(step.key)
    const input = asJson(step.input)
    return this.#settings.record({
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
