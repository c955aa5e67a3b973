import { type Address, isCommand, isRead } from './address.ts'

/** What is done to a call or to a command, at one address. */
export type Fault =
  /** Refused for a while with AWS's word for too many calls. */
  | 'throttled'
  /** Refused at every attempt; of a command: its channel is. */
  | 'refused'
  /** Refused at every attempt, and from then on whatever is read is as before the changes of a moment ago. */
  | 'refused, then stale'
  /** Done, and the connection is cut before the answer. */
  | 'answer lost'
  /** Not done, and never answered. */
  | 'hung'
  /** Done, and never answered. */
  | 'done and hung'
  /** Answered as before the last change. */
  | 'stale'
  /** A command's connection is reset as it begins. */
  | 'reset'
  /** A command ends with exit code 1. */
  | 'exit 1'
  /** A command's connection is reset, and its host is terminated. */
  | 'host gone'
  /** The process of the run is told by a signal to stop. */
  | 'interrupted'
  | Kill

/** The process of the run is killed, and the run is gone on with, or taken back. */
export type Kill =
  | 'killed before, resumed'
  | 'killed after, resumed'
  | 'killed before, rolled back'
  | 'killed after, rolled back'

const kills = [
  'killed before, resumed',
  'killed after, rolled back',
  'killed after, resumed',
  'killed before, rolled back',
] as const

export const isKill = (fault: Fault): fault is Kill => fault.startsWith('killed')

/** Faults that a run outlives by asking again: several can meet one run. */
const outlived: readonly Fault[] = ['throttled', 'answer lost', 'hung', 'done and hung', 'stale']

/** True for what one process can meet at several addresses. */
export const isOutlived = (address: Address, fault: Fault): boolean =>
  !isCommand(address) && outlived.includes(fault)

/** True for a kill at a call behind which the run can still meet others: what comes next leads the same way. */
export const isSurvived = (address: Address, fault: Fault): boolean =>
  !isCommand(address) && isKill(fault) && (fault.endsWith('resumed') || address.phase !== 'forward')

/** Every fault that an address can meet. */
export function faultsAt(address: Address): readonly Fault[] {
  if (isCommand(address))
    return [
      'refused',
      'reset',
      'hung',
      'exit 1',
      'host gone',
      'answer lost',
      'done and hung',
      'interrupted',
      ...kills,
    ]
  const answers = isRead(address) ? (['stale'] as const) : (['done and hung'] as const)
  return [
    'throttled',
    'refused',
    'refused, then stale',
    'answer lost',
    'hung',
    ...answers,
    'interrupted',
    ...kills,
  ]
}
