import type { RecordOf } from '../journal/record.ts'
import type { Json } from '../json.ts'
import type { Found } from './definition.ts'

/** What a change needs to be found and undone later; journaled with its intent. */
export interface Preparation {
  readonly before: unknown
  readonly token: string
}

/** One piece of recorded work, whatever its kind: what the engine needs to take it, record it and replay it. */
export interface Performance<Output> {
  readonly key: string
  readonly parent: string | undefined
  readonly type: 'read' | 'check' | 'change' | 'command' | 'host' | 'fact'
  readonly step: string
  readonly version: number
  readonly title: string
  readonly input: unknown
  /** Shown only when it fails. */
  readonly quiet?: boolean
  /** Validates what a journal or the outside gave. */
  parse(output: unknown): Output
  prepare?(): Promise<Preparation | undefined>
  work(prepared: Preparation | undefined): Promise<Output>
  /** What is recorded beside its output: which of the outside world is its own work, what it holds, and what it ends. */
  traces?(output: Output): Pick<RecordOf<'step.done'>, 'makes' | 'holds' | 'ends'>
  find?(prepared: Preparation | undefined): Promise<Found<Output>>
  /** Of what cannot be found: whether it had begun to do something when it failed. */
  hadBegun?(): boolean
}

/** Only what survives JSON is recorded. */
export const asJson = (value: unknown): Json =>
  value === undefined ? null : JSON.parse(JSON.stringify(value))
