import { type Fault, refusal } from '../breaks/rehearsed-cloud.ts'
import type { Address } from './addresses.ts'

/** What goes wrong at an address, and which command comes behind it. */
export interface FaultKind {
  readonly name: string
  fault(address: Address): Fault
  /** The process is killed when the fault has hit, and this command follows. */
  readonly killedThen?: 'resume' | 'rollback'
  /** Takes as long as the SDK waits for an answer: left to the whole campaign. */
  readonly slow?: boolean
}

const at = ({ operation, step, occurrence }: Address) => ({ operation, step, skip: occurrence })

export const faultKinds: readonly FaultKind[] = [
  {
    name: 'throttled three times',
    fault: (address) => ({ ...at(address), kind: 'throttle', times: 3 }),
  },
  { name: 'refused for good', fault: (address) => refusal(address.operation, at(address)) },
  { name: 'done, the answer lost', fault: (address) => ({ ...at(address), kind: 'lose' }) },
  {
    name: 'killed before it, then resumed',
    fault: (address) => ({ ...at(address), kind: 'hang' }),
    killedThen: 'resume',
  },
  {
    name: 'killed before it, then rolled back',
    fault: (address) => ({ ...at(address), kind: 'hang' }),
    killedThen: 'rollback',
  },
  {
    name: 'killed behind it, then resumed',
    fault: (address) => ({ ...at(address), kind: 'mute' }),
    killedThen: 'resume',
  },
  {
    name: 'killed behind it, then rolled back',
    fault: (address) => ({ ...at(address), kind: 'mute' }),
    killedThen: 'rollback',
  },
  { name: 'hung until the timeout', fault: (address) => ({ ...at(address), kind: 'hang' }), slow: true },
]
