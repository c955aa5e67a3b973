import {
  boundTo,
  Fleet,
  type InstanceKind,
  type LaunchSpec,
  type LoadBalancer,
  launchSpecOf,
  pinTag,
  readClassicBalancers,
  readLaunchSettings,
  readTargetGroups,
  targetGroupCalls,
} from '@viridian/aws'
import { defineRead, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { fleetLines } from './fleet-lines.ts'
import { type Group, readGroup } from './group.ts'
import { groupSource } from './group-source.ts'
import { kindsOf } from './instance-kinds.ts'
import { replacementOf, replacesAny } from './replacement.ts'

/** Reads a group, its launch source and the balancers that are bound to it. */
export const describeGroup = defineRead({
  name: 'aws-autoscaling/describe-group',
  version: 5,
  input: z.strictObject({ group: z.string() }),
  output: Fleet,
  calls: [
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeLaunchConfigurations',
    'ec2:DescribeLaunchTemplateVersions',
    'ec2:DescribeInstances',
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeLoadBalancerAttributes',
    ...targetGroupCalls,
  ],
  title: ({ group }) => `describe ${group}`,
  details: (_input, fleet) => fleetLines(fleet),
  run: async ({ group: name }, c) => {
    const group = await readGroup(c, name)
    const [launch, kinds, loadBalancers] = await Promise.all([
      launchOf(c, group),
      kindsOf(c, group),
      balancersOf(c, group),
    ])
    return fleetOf(group, launch, kinds, loadBalancers)
  },
})

function fleetOf(
  group: Group,
  launch: LaunchSpec,
  kinds: ReadonlyMap<string, InstanceKind>,
  loadBalancers: LoadBalancer[],
): Fleet {
  const pin = group.Tags.find(({ Key }) => Key === pinTag)?.Value
  const replacement = replacementOf(group)
  const instanceTags = group.Tags.filter(
    ({ Key, PropagateAtLaunch }) => PropagateAtLaunch && !Key.startsWith('aws:'),
  )
  return {
    name: group.AutoScalingGroupName,
    min: group.MinSize,
    max: group.MaxSize,
    desired: group.DesiredCapacity,
    zones: group.AvailabilityZones,
    subnets: group.VPCZoneIdentifier?.split(',').filter((subnet) => subnet !== '') ?? [],
    ...(group.PlacementGroup && { placementGroup: group.PlacementGroup }),
    healthCheck: { type: group.HealthCheckType, grace: group.HealthCheckGracePeriod },
    launch,
    instances: group.Instances.map((member) => {
      const kind = kinds.get(member.InstanceId)
      return {
        id: member.InstanceId,
        zone: member.AvailabilityZone,
        lifecycle: member.LifecycleState,
        health: member.HealthStatus,
        protected: member.ProtectedFromScaleIn,
        ...(kind !== undefined && { kind }),
      }
    }),
    loadBalancers,
    suspended: group.SuspendedProcesses.map(({ ProcessName }) => ProcessName),
    ...(replacesAny(replacement) && { replacement }),
    instanceTags: Object.fromEntries(instanceTags.map(({ Key, Value }) => [Key, Value])),
    ...(pin !== undefined && { pin }),
  }
}

/** What a group launches from, a template's version by its number. */
export async function launchOf(c: StepContext, group: Group): Promise<LaunchSpec> {
  const source = groupSource(group)
  const settings = await readLaunchSettings(c, source)
  const floats = source.kind === 'launchTemplate' && !/^\d+$/.test(source.version)
  const spec = launchSpecOf(settings, group.MixedInstancesPolicy !== undefined)
  return { ...spec, ...(floats && { floating: source.version }) }
}

async function balancersOf(c: StepContext, group: Group): Promise<LoadBalancer[]> {
  const { classic, targetGroups } = boundTo(group)
  const balancers = await Promise.all([readClassicBalancers(c, classic), readTargetGroups(c, targetGroups)])
  return balancers.flat()
}
