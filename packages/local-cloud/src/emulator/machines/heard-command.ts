import type { FaultRule } from '../faults.ts'

/** A command that has come over SSH: what is to go wrong with it, and who wants to know how it ended. */
export interface HeardCommand {
  readonly fault: FaultRule | undefined
  ended(code: number): void
}

/** Hears of every command before it is run. */
export type HearCommand = () => HeardCommand

export const hearNothing: HearCommand = () => ({ fault: undefined, ended: () => undefined })
