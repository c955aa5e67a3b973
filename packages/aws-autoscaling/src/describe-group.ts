import {
  Fleet,
  type LaunchSpec,
  type LoadBalancer,
  launchDigest,
  pinTag,
  readClassicBalancers,
  readLaunchConfiguration,
} from '@viridian/aws'
import { defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from 'zod'
import { type Group, readGroup } from './group.ts'

/** Reads a group, its launch source and the balancers that are bound to it. */
export const describeGroup = defineRead({
  name: 'aws-autoscaling/describe-group',
  version: 2,
  input: z.strictObject({ group: z.string() }),
  output: Fleet,
  calls: [
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeLaunchConfigurations',
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeLoadBalancerAttributes',
  ],
  title: ({ group }) => `describe ${group}`,
  run: async ({ group: name }, c) => {
    const group = await readGroup(c, name)
    const [launch, loadBalancers] = await Promise.all([launchOf(c, group), balancersOf(c, group)])
    return fleetOf(group, launch, loadBalancers)
  },
})

function fleetOf(group: Group, launch: LaunchSpec, loadBalancers: LoadBalancer[]): Fleet {
  const pin = group.Tags.find(({ Key }) => Key === pinTag)?.Value
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
    healthCheck: { type: group.HealthCheckType, grace: group.HealthCheckGracePeriod },
    launch,
    instances: group.Instances.map((member) => ({
      id: member.InstanceId,
      zone: member.AvailabilityZone,
      lifecycle: member.LifecycleState,
      health: member.HealthStatus,
      protected: member.ProtectedFromScaleIn,
    })),
    loadBalancers,
    suspended: group.SuspendedProcesses.map(({ ProcessName }) => ProcessName),
    instanceTags: Object.fromEntries(instanceTags.map(({ Key, Value }) => [Key, Value])),
    ...(pin !== undefined && { pin }),
  }
}

async function launchOf(c: StepContext, group: Group): Promise<LaunchSpec> {
  const { AutoScalingGroupName: name, LaunchConfigurationName } = group
  if (group.MixedInstancesPolicy !== undefined || group.LaunchTemplate !== undefined)
    throw new ViridianError(
      'E_LAUNCH_TEMPLATE_UNSUPPORTED',
      `${name} launches from ${group.LaunchTemplate ? 'a launch template' : 'a mixed instances policy'}`,
      { hint: 'this version works with groups that have a launch configuration' },
    )
  if (!LaunchConfigurationName)
    throw new ViridianError(
      'E_GROUP_NO_LAUNCH',
      `${name} has no launch configuration: it cannot launch anything`,
      {
        hint: 'somebody has deleted it: give the group one that exists',
      },
    )
  const settings = await readLaunchConfiguration(c, LaunchConfigurationName)
  return {
    source: { kind: 'launchConfiguration', name: LaunchConfigurationName },
    image: settings.ImageId,
    instanceType: settings.InstanceType,
    ...(settings.KeyName !== undefined && { keyName: settings.KeyName }),
    securityGroups: settings.SecurityGroups ?? [],
    ...(settings.IamInstanceProfile !== undefined && { profile: settings.IamInstanceProfile }),
    digest: launchDigest(settings),
  }
}

async function balancersOf(c: StepContext, group: Group): Promise<LoadBalancer[]> {
  const classic = await readClassicBalancers(c, group.LoadBalancerNames)
  return [...classic, ...group.TargetGroupARNs.map((arn) => ({ kind: 'targetGroup' as const, arn }))]
}
