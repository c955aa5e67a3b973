import {
  balancerKey,
  balancerTitle,
  type Counterparts,
  type Fleet,
  type LoadBalancer,
  pinTag,
} from '@viridian/aws'
import { type Steps, ViridianError } from '@viridian/core'
import { describeGroup } from '../describe-group.ts'
import { tagGroup } from '../group-tag.ts'
import type { Pin } from '../pin.ts'
import { pinText } from '../pin-tag.ts'
import { suspendProcesses } from '../processes.ts'
import { createGroup } from './create-group.ts'
import { setSizes } from './group-sizes.ts'
import { collectMetrics } from './metrics.ts'
import { putNotifications } from './notifications.ts'
import { unpinnedFleet } from './pinned.ts'
import { readParts } from './read-parts.ts'
import { readState } from './read-state.ts'
import { putPolicy } from './scaling-policy.ts'
import { putScheduledActions } from './scheduled-actions.ts'
import { seeFilled } from './see-filled.ts'
import { putWarmPool } from './warm-pool.ts'

/** What would change the size of a group that comes up. */
const pinnedProcesses = ['AlarmNotification', 'ScheduledActions']
/** Suspended in the original too, they are at once: none of them is needed for coming up. */
const suspendedAtOnce = [...pinnedProcesses, 'AZRebalance', 'InstanceRefresh']
/** As many scheduled actions as AWS takes in one call. */
const actionsInACall = 50

/** The balancers of a replica, as `Elb.replicate` of @viridian/aws-elb gives them. */
export interface ReplicaOptions {
  /** The balancers that the replica's instances are registered with. */
  readonly balancers: readonly LoadBalancer[]
  /** Which of them takes the place of which, by name; target groups and the load balancers before them by ARN. */
  readonly names: Readonly<Record<string, string>>
}

/** A replica of a fleet: plain data. */
export interface Replica {
  /** Empty as yet. */
  readonly fleet: Fleet
  /** What stands in it for what: the group, its balancers, its scaling policies. */
  readonly counterparts: Counterparts
  /** What holds it still, for `unpin`. */
  readonly pin: Pin
}

/** Makes an empty replica of a fleet's group: see `ReplicaMoves.replicate`. */
export function replicate(
  t: Steps,
  fleet: Fleet,
  { balancers: loadBalancers, names }: ReplicaOptions,
): Promise<Replica> {
  const from = fleet.name
  const balancers = { ...names }
  refuseUnmatched(fleet, balancers)
  const { max, suspended } = unpinnedFleet(fleet)
  return t.move({ name: 'replicate', title: `replicate the group ${from}` }, async (t) => {
    const parts = await t.step(readParts, { group: from, balancers: Object.keys(balancers) })
    const { name: group } = await t.step(createGroup, { from, max, balancers })
    const processes = pinnedProcesses.filter((process) => !suspended.includes(process))
    const tag = pinText({ run: t.runId, by: t.by, max, processes: [...processes] })
    const pin = { group, tag, processes, max: { from: max, to: max } }
    await t.step(tagGroup, { group, key: pinTag, value: pin.tag })
    const held = suspendedAtOnce.filter(
      (process) => processes.includes(process) || suspended.includes(process),
    )
    await t.step(suspendProcesses, { group, processes: held })
    for (let at = 0; at < parts.scheduled.length; at += actionsInACall)
      await t.step(putScheduledActions, {
        group,
        from,
        names: parts.scheduled.slice(at, at + actionsInACall),
      })
    for (const topic of parts.topics) await t.step(putNotifications, { group, from, topic })
    if (parts.metrics) await t.step(collectMetrics, { group, from })
    const policies: Record<string, string> = {}
    for (const { name: policy, arn } of parts.policies)
      policies[arn] = (await t.step(putPolicy, { group, from, policy, balancers })).arn
    const empty = { min: 0, desired: 0, max, instances: [], suspended: held, pin: pin.tag }
    const copy = { ...fleet, name: group, ...empty, loadBalancers: [...loadBalancers] }
    return { fleet: copy, counterparts: { groups: { [from]: group }, balancers, policies }, pin }
  })
}

/** Lets a replica come up: see `ReplicaMoves.fill`. */
export function fill(t: Steps, green: Fleet, { like }: { readonly like: Fleet }): Promise<Fleet> {
  const { name: group } = green
  const { name: from } = like
  const left = unpinnedFleet(like).suspended.filter((process) => !suspendedAtOnce.includes(process))
  return t.move({ name: 'fill', title: `fill ${group}` }, async (t) => {
    const { min, max, desired, warmPool } = await t.step(readState, { group: from })
    await t.step(setSizes, { group, min, max: Math.max(max, desired), desired })
    await t.step(seeFilled, { group, count: desired, graceSeconds: green.healthCheck.grace })
    if (warmPool) await t.step(putWarmPool, { group, from })
    if (left.length > 0) await t.step(suspendProcesses, { group, processes: left })
    // In a plan the group cannot be described: what is known of it stays.
    const { name, loadBalancers } = green
    return { ...(await t.step(describeGroup, { group })), name, loadBalancers }
  })
}

function refuseUnmatched(fleet: Fleet, balancers: Readonly<Record<string, string>>): void {
  const unmatched = fleet.loadBalancers
    .filter((balancer) => balancers[balancerKey(balancer)] === undefined)
    .map(balancerTitle)
  if (unmatched.length === 0) return
  throw new ViridianError(
    'E_BALANCER_UNMATCHED',
    `${fleet.name} is behind ${unmatched.join(', ')}, and nothing takes its place`,
    { hint: 'say which copy takes the place of each balancer that the group is bound to' },
  )
}
