import type { AutoScalingGroup, Instance, TagDescription } from '@aws-sdk/client-auto-scaling'
import type { Group, Member } from './group.ts'
import { describeGroupSource, describeSource } from './launch-source.ts'
import { describeMetrics } from './metrics-collection.ts'
import { typeOf } from './mixed-policy.ts'
import { kindOf } from './traffic-source.ts'
import { describeWarmPool } from './warm-pool.ts'

/** A group as DescribeAutoScalingGroups shows it. */
export function describeGroup(group: Group): AutoScalingGroup {
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    ...describeGroupSource(group.launch),
    MinSize: group.min,
    MaxSize: group.max,
    DesiredCapacity: group.desired,
    DefaultCooldown: group.cooldown,
    AvailabilityZones: group.zones,
    LoadBalancerNames: group.loadBalancers.filter((name) => kindOf(name) === 'elb'),
    TargetGroupARNs: group.loadBalancers.filter((name) => kindOf(name) === 'elbv2'),
    TrafficSources: group.loadBalancers.map((Identifier) => ({ Identifier, Type: kindOf(Identifier) })),
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.healthCheckGracePeriod,
    Instances: group.instances.map((member) => describeMember(group, member)),
    CreatedTime: new Date(group.created),
    SuspendedProcesses: Object.entries(group.suspended).map(([ProcessName, SuspensionReason]) => ({
      ProcessName,
      SuspensionReason,
    })),
    ...(group.subnets.length === 0 ? {} : { VPCZoneIdentifier: group.subnets.join(',') }),
    EnabledMetrics: describeMetrics(group.metrics),
    ...describeWarmPool(group.warmPool),
    ...(group.deleting ? { Status: 'Delete in progress' } : {}),
    Tags: describeTags(group),
    TerminationPolicies: group.terminationPolicies,
    NewInstancesProtectedFromScaleIn: group.protectNew,
    ServiceLinkedRoleARN: `arn:aws:iam::${group.arn.split(':')[4]}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    CapacityRebalance: false,
    ...group.options,
  }
}

export function describeMember({ launch }: Group, member: Member): Instance {
  const overrides = launch.kind === 'template' ? (launch.mixed?.overrides ?? []) : []
  const weight = overrides.find((override) => typeOf(override) === member.type)?.WeightedCapacity
  return {
    InstanceId: member.id,
    InstanceType: member.type,
    AvailabilityZone: member.zone,
    LifecycleState: member.state,
    HealthStatus: member.health,
    ...(member.launch === undefined ? {} : describeSource(member.launch)),
    ProtectedFromScaleIn: member.protected,
    ...(weight !== undefined && { WeightedCapacity: weight }),
  }
}

export function describeTags(group: Group): TagDescription[] {
  return Object.entries(group.tags).map(([Key, { value, propagate }]) => ({
    ResourceId: group.name,
    ResourceType: 'auto-scaling-group',
    Key,
    Value: value,
    PropagateAtLaunch: propagate,
  }))
}
