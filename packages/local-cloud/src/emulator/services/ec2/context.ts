import type * as client from '@aws-sdk/client-ec2'
import type { Clock } from '../../clock.ts'
import type { Faults } from '../../faults.ts'
import type { Machines } from '../../hardware/machines.ts'
import type { Handlers } from '../../service.ts'
import type { Store } from '../../store.ts'
import { type Ec2Records, emptyRecords } from './records.ts'

/** How long things take, in AWS seconds. */
export interface Latencies {
  /** From RunInstances to `running`. */
  readonly launch: number
  /** From StopInstances to `stopped`. */
  readonly stop: number
  /** From TerminateInstances to `terminated`. */
  readonly terminate: number
  /** From CreateImage to `available`, at least: the copy itself may take longer. */
  readonly image: number
}

export interface Ec2Parts {
  readonly machines: Machines
  readonly store: Store
  readonly clock: Clock
  readonly faults: Faults
  readonly region: string
  /** Twelve digits. */
  readonly account: string
  /** @default { launch: 5, stop: 5, terminate: 5, image: 20 } */
  readonly latencies?: Partial<Latencies>
  /** Whether another service uses a security group. @default none does */
  readonly isGroupUsed?: (groupId: string) => boolean
  /** Told of what goes wrong behind the calls. */
  readonly report: (error: unknown) => void
}

/** What every chapter of EC2 works on. */
export interface Ec2Context extends Omit<Ec2Parts, 'store' | 'latencies'> {
  readonly latencies: Latencies
  readonly records: Ec2Records
  save(): void
  /** Writes the records now. */
  flush(): void
  /** An ISO time. */
  now(): string
  /** Aborted when the cloud closes: waits end, records stay as they are. */
  readonly closing: AbortSignal
  /** Work behind the calls: its errors are reported, and it ends silently when the cloud closes. */
  background(work: () => Promise<void>): Promise<void>
}

export type Ec2Handlers = Handlers<typeof client>

export function ec2Context(parts: Ec2Parts, closing: AbortSignal): Ec2Context {
  const { store, clock, report } = parts
  const records = store.slice('ec2', emptyRecords)
  // What an earlier version of this cloud did not keep is empty.
  Object.assign(records, { ...emptyRecords(), ...records })
  return {
    ...parts,
    latencies: { launch: 5, stop: 5, terminate: 5, image: 20, ...parts.latencies },
    records,
    save: () => store.save(),
    flush: () => store.flush(),
    now: () => clock.now().toISOString(),
    closing,
    background: (work) =>
      work().catch((error: unknown) => {
        if (!closing.aborted) report(error)
      }),
  }
}
