import type { Event } from '../events/event.ts'

/** A formatter of events: what a run says, as one kind of reader wants it. */
export interface Output {
  event(event: Event): void
  /** Pending while whoever reads this is behind; undefined: they are not. */
  caughtUp(): Promise<void> | undefined
  /** Stops drawing while a person is asked something, and goes on afterwards. */
  ask<Answer>(question: () => Promise<Answer>): Promise<Answer>
  close(): void
}

export interface Detail {
  /** Also commands and AWS calls. */
  readonly verbose: boolean
  /** Only failures and the end. */
  readonly quiet: boolean
}
