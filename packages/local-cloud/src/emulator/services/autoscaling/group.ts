import type { LifecycleHook, LifecycleState, WarmPoolConfiguration } from '@aws-sdk/client-auto-scaling'
import type { GroupOptions } from './group-options.ts'
import type { LaunchSource } from './launch-source.ts'
import type { LifecycleAction, Transition } from './lifecycle-action.ts'
import type { Process } from './processes.ts'
import type { ScheduledAction } from './scheduled-action.ts'

/** An Auto Scaling group as the store keeps it: plain JSON. Times are ISO 8601, durations AWS seconds. */
export interface Group {
  readonly name: string
  readonly arn: string
  readonly created: string
  launch: LaunchSource
  min: number
  max: number
  desired: number
  /** Why desired is what it is, until the group has followed it: the first sentence of an activity's cause. */
  reason?: string
  cooldown: number
  zones: string[]
  /** Empty for a group that was made with zones alone. */
  subnets: string[]
  /** Classic ones by their names, target groups by their ARNs. */
  loadBalancers: string[]
  healthCheckType: 'EC2' | 'ELB'
  healthCheckGracePeriod: number
  terminationPolicies: string[]
  protectNew: boolean
  instances: Member[]
  /** The reason of each suspension. */
  suspended: Partial<Record<Process, string>>
  tags: Record<string, { readonly value: string; readonly propagate: boolean }>
  hooks: Record<string, LifecycleHook>
  /** Settings of which most change nothing here. */
  options?: GroupOptions
  scheduled?: Record<string, ScheduledAction>
  /** The kinds of notification by topic. */
  notifications?: Record<string, string[]>
  /** Those that are collected. */
  metrics?: string[]
  warmPool?: WarmPoolConfiguration
  /** When the last scaling activity ended; the cooldown counts from here. */
  settled?: string
  /** The group goes as soon as its instances are gone. */
  deleting?: true
}

/** An instance of a group. */
export interface Member {
  readonly id: string
  readonly zone: string
  readonly type: string
  readonly spot?: true
  readonly imageId: string
  /** What it was launched from, a template's version as a number; absent for an instance that was attached. */
  readonly launch?: LaunchSource
  readonly launched: string
  state: Extract<LifecycleState, MemberState>
  /** When `state` began. */
  since: string
  health: 'Healthy' | 'Unhealthy'
  /** What found it unhealthy. */
  complaint?: 'elb' | 'ec2' | 'user'
  protected: boolean
  /** It was launched beyond desired, to take another one's place once it serves. */
  readonly ahead?: true
  /** EC2 recommends to replace it, as a Spot Instance that may be interrupted soon. */
  atRisk?: true
  /** The id of the scaling activity that moves it. */
  activity?: string
  /** While it leaves: true once the load balancers know. */
  deregistered?: true
  /** The transition whose hooks it has still to meet. Attached and detached, to standby and back: it meets none. */
  transition?: Transition
  /** While it waits: one for each hook. */
  actions?: LifecycleAction[]
}

export type MemberState =
  | 'Pending'
  | 'Pending:Wait'
  | 'Pending:Proceed'
  | 'InService'
  | 'Terminating'
  | 'Terminating:Wait'
  | 'Terminating:Proceed'
  | 'Terminated'
  | 'Detaching'
  | 'EnteringStandby'
  | 'Standby'

/** The members that count towards desired. */
export function capacityOf(group: Group): Member[] {
  return group.instances.filter((member) => isPending(member) || member.state === 'InService')
}

/** Whether a member is on its way into service. */
export function isPending({ state }: Member): boolean {
  return state === 'Pending' || state === 'Pending:Wait' || state === 'Pending:Proceed'
}
