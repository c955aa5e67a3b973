import type {
  AutoScalingGroup,
  LifecycleHook,
  MixedInstancesPolicy,
  NotificationConfiguration,
  ScalingPolicy,
  ScheduledUpdateGroupAction,
} from '@aws-sdk/client-auto-scaling'
import { type Difference, differences, type Fates } from '@viridian/aws'
import { ownTags } from './create-group.ts'
import {
  groupFates,
  hookFates,
  notificationFates,
  policyFates,
  scheduledFates,
  warmPoolFates,
} from './fates.ts'
import type { Original } from './original.ts'
import { unpinnedGroup } from './pinned.ts'
import { renamedConfigurations } from './policy-request.ts'
import { isPast } from './read-parts.ts'

/**
 * In what a replica differs from its original, besides what the pins of runs do.
 *
 * @param balancers those that take the place of the original's, by name or ARN
 */
export function comparisonOf(
  original: Original,
  copy: Original,
  balancers: Readonly<Record<string, string>>,
): Difference[] {
  const [blue, green] = [original.group, copy.group].map(comparable)
  if (!blue || !green) return []
  const { AutoScalingGroupName } = green
  const renamed = {
    groups: { [blue.AutoScalingGroupName ?? '']: green.AutoScalingGroupName ?? '' },
    balancers,
  }
  const upcoming = original.scheduled.filter((action) => !isPast(action))
  return [
    ...differences(`group ${blue.AutoScalingGroupName}`, blue, green, groupFates, {
      SuspendedProcesses: blue.SuspendedProcesses,
      CapacityRebalance: blue.CapacityRebalance,
      MaxInstanceLifetime: blue.MaxInstanceLifetime,
      Tags: blue.Tags,
      MixedInstancesPolicy: policyOf(blue, green),
    }),
    ...differencesOf<LifecycleHook>(
      ({ LifecycleHookName = '' }) => `lifecycle hook ${LifecycleHookName}`,
      [original.hooks, copy.hooks],
      hookFates,
      () => ({ AutoScalingGroupName }),
    ),
    ...differencesOf<ScheduledUpdateGroupAction>(
      ({ ScheduledActionName = '' }) => `scheduled action ${ScheduledActionName}`,
      [upcoming, copy.scheduled.filter((action) => !isPast(action))],
      scheduledFates,
      ({ StartTime, Recurrence }) => ({ AutoScalingGroupName, ...(!Recurrence && { StartTime }) }),
    ),
    ...differencesOf<NotificationConfiguration>(
      ({ TopicARN = '', NotificationType = '' }) => `notification of ${TopicARN} (${NotificationType})`,
      [original.notifications, copy.notifications],
      notificationFates,
      () => ({ AutoScalingGroupName }),
    ),
    ...differencesOf<ScalingPolicy>(
      ({ PolicyName = '' }) => `scaling policy ${PolicyName}`,
      [original.policies, copy.policies],
      policyFates,
      (policy) => ({ AutoScalingGroupName, ...renamedConfigurations(policy, renamed) }),
    ),
    ...differences('warm pool', original.warmPool ?? {}, copy.warmPool ?? {}, warmPoolFates),
  ]
}

/** A group without pins and tags of runs, and its sets in one order. */
function comparable(group: AutoScalingGroup): AutoScalingGroup {
  const { max, suspended, replacement } = unpinnedGroup(group)
  const { AvailabilityZones = [], EnabledMetrics = [], Tags = [], VPCZoneIdentifier } = group
  return {
    ...group,
    MaxSize: max,
    AvailabilityZones: AvailabilityZones.toSorted(),
    VPCZoneIdentifier: VPCZoneIdentifier?.split(',').sort().join(','),
    EnabledMetrics: by(({ Metric = '' }) => Metric, EnabledMetrics),
    CapacityRebalance: replacement.capacityRebalance,
    MaxInstanceLifetime: replacement.maxInstanceLifetime,
    SuspendedProcesses: suspended.toSorted().map((ProcessName) => ({ ProcessName })),
    Tags: by(({ Key = '' }) => Key, ownTags(Tags)),
  }
}

/** The policy of an original, launching from what its copy launches from: what that is, is compared by itself. */
const policyOf = (
  { MixedInstancesPolicy: original }: AutoScalingGroup,
  { MixedInstancesPolicy: copy }: AutoScalingGroup,
): MixedInstancesPolicy | undefined =>
  original && {
    ...original,
    LaunchTemplate: {
      ...original.LaunchTemplate,
      LaunchTemplateSpecification: copy?.LaunchTemplate?.LaunchTemplateSpecification,
    },
  }

const by = <Item>(keyOf: (item: Item) => string, items: readonly Item[]): Item[] =>
  items.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))

/** The differences of things that are known by name; one that a side lacks differs in all that it says. */
function differencesOf<Shape extends object>(
  nameOf: (thing: Partial<Shape>) => string,
  [originals, copies]: readonly [readonly Partial<Shape>[], readonly Partial<Shape>[]],
  fates: Fates<Partial<Shape>>,
  rewritten: (original: Partial<Shape>) => Partial<Shape>,
): Difference[] {
  const [blue, green] = [originals, copies].map(
    (things) => new Map(things.map((thing) => [nameOf(thing), thing])),
  )
  const names = new Set([...(blue?.keys() ?? []), ...(green?.keys() ?? [])])
  return [...names].flatMap((name) => {
    const original = blue?.get(name) ?? {}
    return differences<Partial<Shape>>(name, original, green?.get(name) ?? {}, fates, rewritten(original))
  })
}
