import {
  balancerKey,
  balancerName,
  balancersOf,
  type Fleet,
  type Front,
  frontsOf,
  type LoadBalancer,
} from '@viridian/aws'
import type { StepDefinition, Steps } from '@viridian/core'
import { compareGroups } from './compare-groups.ts'
import { createGroup } from './create-group.ts'
import { findBehind } from './find-behind.ts'
import { setSizes } from './group-sizes.ts'
import { collectMetrics } from './metrics.ts'
import { putNotifications } from './notifications.ts'
import { readParts } from './read-parts.ts'
import { readState } from './read-state.ts'
import { fill, type Replica, type ReplicaOptions, replicate } from './replicate.ts'
import { putPolicy } from './scaling-policy.ts'
import { putScheduledActions } from './scheduled-actions.ts'
import { seeFilled } from './see-filled.ts'
import { putWarmPool } from './warm-pool.ts'

/** The moves that make a replica of a whole fleet. */
export interface ReplicaMoves {
  /**
   * Finds and reads the one group that is bound to a load balancer, or to its target groups. Those that a replica has taken the place of don't
   * count. `autoscaling:DescribeAutoScalingGroups`.
   *
   * @throws ViridianError `E_GROUP_NONE`, `E_GROUP_AMBIGUOUS`
   */
  behind(t: Steps, front: Front | LoadBalancer): Promise<Fleet>
  /**
   * Makes an empty copy of the fleet's group, which launches from the same source as yet: every setting, its tags,
   * lifecycle hooks, scheduled actions (past ones dropped), notifications, collected metrics and scaling policies; behind
   * the balancers that take the place of the original's. Nothing but `fill` changes its size until it is unpinned.
   * `autoscaling:CreateAutoScalingGroup` and a call each for what belongs to it; undone by deleting it.
   *
   * @throws ViridianError `E_BALANCER_UNMATCHED`, `E_POLICY_UNSUPPORTED`, `E_NAME_TAKEN`, `E_SCHEDULE_REFUSED`
   *
   * @example
   * ```ts
   * const { fleet, pin } = await fleets.replicate(t, blue, await traffic.replicate(t, blue.loadBalancers))
   * await fleets.relaunchWith(t, fleet, image)
   * const green = await fleets.fill(t, fleet, { like: blue })
   * // … once it serves
   * await fleets.unpin(t, pin)
   * ```
   */
  replicate(t: Steps, fleet: Fleet, options: ReplicaOptions): Promise<Replica>
  /**
   * Lets a replica grow to the size that its original has at this moment, and waits until exactly so many instances are
   * in service and healthy in the group; then gives it the warm pool, and suspends what is suspended in the original.
   * `autoscaling:UpdateAutoScalingGroup`; undone by scaling it to zero, and seeing it empty.
   *
   * @throws ViridianError `E_INSTANCE_LOST` with AWS's reason when launches fail; `E_WAIT_TIMEOUT`
   */
  fill(t: Steps, green: Fleet, options: { readonly like: Fleet }): Promise<Fleet>
  /**
   * Compares a replica with its original, member by member, as they are now: says in what they differ, and fails when
   * that is more than names, launch source, balancers and what the pins of runs do.
   *
   * @throws ViridianError `E_REPLICA_DIFFERS`
   */
  compare(t: Steps, blue: Fleet, green: Fleet): Promise<void>
}

export const replicaMoves: ReplicaMoves = {
  behind: (t, front) => t.step(findBehind, { name: balancerName(front), balancers: balancersOf(front) }),
  replicate,
  fill,
  compare: async (t, blue, green) => {
    const balancers = Object.fromEntries(paired(keysOf(blue), keysOf(green)))
    await t.step(compareGroups, { blue: blue.name, green: green.name, balancers })
  },
}

/** What its balancers are known by, and the load balancers before its target groups. */
const keysOf = ({ loadBalancers }: Fleet): string[] =>
  [...loadBalancers, ...frontsOf(loadBalancers)].map(balancerKey)

const paired = (originals: readonly string[], copies: readonly string[]): [string, string][] =>
  originals.map((original, index) => [original, copies[index] ?? original])

/** Every step that they take. */
export const replicaSteps: readonly StepDefinition[] = [
  findBehind,
  readParts,
  createGroup,
  putScheduledActions,
  putNotifications,
  collectMetrics,
  putPolicy,
  readState,
  setSizes,
  seeFilled,
  putWarmPool,
  compareGroups,
]
