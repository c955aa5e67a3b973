import {
  AutoScaling,
  CreateAutoScalingGroupType$,
  UpdateAutoScalingGroupType$,
} from '@aws-sdk/client-auto-scaling'
import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing'
import { NormalizedSchema } from '@smithy/core/schema'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestCloud, refusal, type TestCloud } from '../testing/test-cloud.ts'

let cloud: TestCloud
let scaling: AutoScaling

const web = { AutoScalingGroupName: 'web' }

beforeEach(async () => {
  cloud = await openTestCloud()
  scaling = new AutoScaling(cloud.config)
  await scaling.createLaunchConfiguration({
    LaunchConfigurationName: 'v1',
    ImageId: cloud.imageId,
    InstanceType: 't3.micro',
  })
})

afterEach(async () => {
  scaling.destroy()
  await cloud.close()
})

const plain = {
  ...web,
  LaunchConfigurationName: 'v1',
  MinSize: 0,
  MaxSize: 3,
  AvailabilityZones: ['eu-west-1a'],
}

/** Settings that are shown as they were given. */
const shown = {
  ...plain,
  DesiredCapacity: 0,
  DefaultCooldown: 60,
  HealthCheckType: 'ELB',
  HealthCheckGracePeriod: 90,
  PlacementGroup: 'close',
  TerminationPolicies: ['OldestInstance', 'Default'],
  NewInstancesProtectedFromScaleIn: true,
  CapacityRebalance: true,
  DeletionProtection: 'prevent-force-deletion' as const,
  ServiceLinkedRoleARN:
    'arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_web',
  MaxInstanceLifetime: 864_000,
  Context: 'reserved',
  DesiredCapacityType: 'units',
  DefaultInstanceWarmup: 0,
  InstanceMaintenancePolicy: { MinHealthyPercentage: 90, MaxHealthyPercentage: 120 },
  AvailabilityZoneDistribution: { CapacityDistributionStrategy: 'balanced-only' as const },
  AvailabilityZoneImpairmentPolicy: {
    ZonalShiftEnabled: true,
    ImpairedZoneHealthCheckBehavior: 'IgnoreUnhealthy' as const,
  },
  CapacityReservationSpecification: {
    CapacityReservationPreference: 'capacity-reservations-first' as const,
    CapacityReservationTarget: { CapacityReservationIds: ['cr-0123456789abcdef0'] },
  },
  InstanceLifecyclePolicy: { RetentionTriggers: { TerminateHookAbandon: 'terminate' as const } },
}

/** Settings that this cloud has not. */
const foreign = {
  InstanceId: 'i-0123456789abcdef0',
  AvailabilityZoneIds: ['euw1-az1'],
  Operator: { Principal: 'someone.amazonaws.com' },
}

/** Those that have tests of their own; the last says how a request is checked, and is no setting. */
const elsewhere = [
  'LaunchTemplate',
  'LifecycleHookSpecificationList',
  'LoadBalancerNames',
  'MixedInstancesPolicy',
  'Tags',
  'TargetGroupARNs',
  'TrafficSources',
  'VPCZoneIdentifier',
  'SkipZonalShiftValidation',
]

const described = async () =>
  (await scaling.describeAutoScalingGroups({ AutoScalingGroupNames: ['web'] })).AutoScalingGroups?.[0]

const membersOf = (schema: Parameters<typeof NormalizedSchema.of>[0]): string[] =>
  [...NormalizedSchema.of(schema).structIterator()].map(([name]) => name)

describe("a group's settings", () => {
  test('are all kept, or all refused: no member that the SDK knows is passed over', () => {
    const known = [...Object.keys(shown), ...Object.keys(foreign), ...elsewhere].sort()
    expect(membersOf(CreateAutoScalingGroupType$).sort()).toEqual(known)
    expect(known).toEqual(expect.arrayContaining(membersOf(UpdateAutoScalingGroupType$)))
  })

  test('are shown as they were given when it was made', async () => {
    await scaling.createAutoScalingGroup(shown)
    expect(await described()).toMatchObject(shown)
  })

  test('are shown as they were given later, and stay when others are changed', async () => {
    await scaling.createAutoScalingGroup(plain)
    const updatable = new Set(membersOf(UpdateAutoScalingGroupType$))
    const given = Object.fromEntries(Object.entries(shown).filter(([name]) => updatable.has(name)))
    await scaling.updateAutoScalingGroup({ ...given, ...web })
    await scaling.updateAutoScalingGroup({ ...web, DefaultCooldown: 61 })
    expect(await described()).toMatchObject({ ...given, DefaultCooldown: 61 })
  })

  test.each(Object.entries(foreign))('%s is refused', async (name, value) => {
    expect(await refusal(scaling.createAutoScalingGroup({ ...plain, [name]: value }))).toMatch(
      /^ValidationError: The local cloud /,
    )
  })

  test('are taken away by the values that AWS has for it', async () => {
    await scaling.createAutoScalingGroup(shown)
    await scaling.updateAutoScalingGroup({
      ...web,
      DefaultInstanceWarmup: -1,
      MaxInstanceLifetime: 0,
      InstanceMaintenancePolicy: { MinHealthyPercentage: -1, MaxHealthyPercentage: -1 },
    })
    const group = (await described()) ?? {}
    for (const name of ['DefaultInstanceWarmup', 'MaxInstanceLifetime', 'InstanceMaintenancePolicy']) {
      expect(group).not.toHaveProperty(name)
    }
  })

  test.each([
    [{ MaxInstanceLifetime: 86_399 }],
    [{ DefaultInstanceWarmup: -2 }],
    [{ InstanceMaintenancePolicy: { MinHealthyPercentage: 90 } }],
    [{ InstanceMaintenancePolicy: { MinHealthyPercentage: 90, MaxHealthyPercentage: 99 } }],
    [{ InstanceMaintenancePolicy: { MinHealthyPercentage: 50, MaxHealthyPercentage: 200 } }],
    [{ DesiredCapacityType: 'tons' }],
    [{ TerminationPolicies: ['Foo'] }],
    [{ AvailabilityZoneDistribution: { CapacityDistributionStrategy: 'fair' } }],
  ])('%j is refused', async (changes) => {
    await scaling.createAutoScalingGroup(plain)
    // Some of it is beyond the client's own types, which is the point.
    const changed = scaling.updateAutoScalingGroup({ ...web, ...(changes as object) })
    expect(await refusal(changed)).toMatch(/^ValidationError/)
  })

  test('come with a name that has no colon', async () => {
    const created = scaling.createAutoScalingGroup({ ...plain, AutoScalingGroupName: 'web:1' })
    expect(await refusal(created)).toBe(
      'ValidationError: The name of an Auto Scaling group has no colon: web:1',
    )
  })
})

describe('the balancers of a group', () => {
  test('may be given as traffic sources', async () => {
    const elb = new ElasticLoadBalancing(cloud.config)
    const Listeners = [{ Protocol: 'HTTP', LoadBalancerPort: 8080, InstancePort: 2222 }]
    await elb.createLoadBalancer({ LoadBalancerName: 'web', Listeners, AvailabilityZones: ['eu-west-1a'] })
    elb.destroy()
    await scaling.createAutoScalingGroup({ ...plain, TrafficSources: [{ Identifier: 'web', Type: 'elb' }] })
    expect((await described())?.LoadBalancerNames).toEqual(['web'])
  })

  test.each([
    [
      { Identifier: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1' },
      'Provided Target Groups may not be valid',
    ],
    [
      { Identifier: 'arn:aws:vpc-lattice:eu-west-1:123456789012:targetgroup/tg-1', Type: 'vpc-lattice' },
      'The local cloud has no VPC Lattice',
    ],
    [{ Identifier: 'web', Type: 'elbv2' }, 'The traffic source web is not of type elbv2'],
  ])('that are not there, or of another kind, are refused: %j', async (source, words) => {
    expect(await refusal(scaling.createAutoScalingGroup({ ...plain, TrafficSources: [source] }))).toContain(
      `ValidationError: ${words}`,
    )
  })
})
