import type { AutoScalingGroup, MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling'
import type { Fleet } from '@viridian/aws'
import { beforeAll, describe, expect, test } from 'vitest'
import { until, userData } from '../../aws/src/testing/fleet-cloud.ts'
import type { Group } from './group.ts'
import { refuseUnlike } from './mixed-policy.ts'
import { fleetBench, fleets } from './testing/fleet-bench.ts'

const bench = fleetBench()
const AutoScalingGroupName = 'mix'
let id: string
let before: MixedInstancesPolicy | undefined

const overrides = ['m5.large', 'm5a.large'].map((InstanceType) => ({ InstanceType }))

beforeAll(async () => {
  const { ec2, scaling, image } = bench.cloud
  const { LaunchTemplate } = await ec2.createLaunchTemplate({
    LaunchTemplateName: 'mix',
    LaunchTemplateData: { ImageId: image, UserData: userData },
  })
  id = LaunchTemplate?.LaunchTemplateId ?? ''
  await scaling.createAutoScalingGroup({
    AutoScalingGroupName,
    MixedInstancesPolicy: {
      LaunchTemplate: {
        LaunchTemplateSpecification: { LaunchTemplateId: id, Version: '$Latest' },
        Overrides: overrides,
      },
      InstancesDistribution: {
        OnDemandBaseCapacity: 1,
        OnDemandPercentageAboveBaseCapacity: 0,
        SpotAllocationStrategy: 'lowest-price',
        SpotMaxPrice: '0.05',
      },
    },
    MinSize: 0,
    MaxSize: 4,
    DesiredCapacity: 3,
    AvailabilityZones: ['eu-west-1a'],
  })
  await until(async () => {
    const { Instances = [] } = (await group()) ?? {}
    return Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length === 3
  })
  before = (await group())?.MixedInstancesPolicy
})

const group = (name = AutoScalingGroupName): Promise<AutoScalingGroup | undefined> => bench.groupOf(name)
const described = (): Promise<Fleet> => bench.described(AutoScalingGroupName)
const said = async (): Promise<MixedInstancesPolicy | undefined> => (await group())?.MixedInstancesPolicy

const from = (Version: string): MixedInstancesPolicy => ({
  ...before,
  LaunchTemplate: {
    LaunchTemplateSpecification: { LaunchTemplateId: id, LaunchTemplateName: 'mix', Version },
    Overrides: overrides,
  },
})

/** The policy as it was made. */
async function restore(): Promise<void> {
  const { InstancesDistribution, LaunchTemplate } = from('$Latest')
  const LaunchTemplateSpecification = { LaunchTemplateId: id, Version: '$Latest' }
  const MixedInstancesPolicy = {
    InstancesDistribution,
    LaunchTemplate: { ...LaunchTemplate, LaunchTemplateSpecification },
  }
  await bench.cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName, MixedInstancesPolicy })
}

describe('a group with a mixed instances policy', () => {
  test('is described with its one launch template, and the kind of each instance', async () => {
    const { launch, instances } = await described()
    expect(launch).toEqual({
      source: { kind: 'launchTemplate', id, name: 'mix', version: '1' },
      floating: '$Latest',
      image: bench.cloud.image,
      securityGroups: [],
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    const spot = { maxPrice: '0.05' }
    const kinds = [{ type: 'm5.large' }, { type: 'm5.large', spot }, { type: 'm5a.large', spot }]
    expect(instances).toHaveLength(3)
    expect(instances.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds))
  })

  test('launches another image by a version that its policy names, and otherwise as it did', async () => {
    const t = bench.steps()
    await fleets.relaunchWith(t, await described(), bench.cloud.image)
    expect(await said()).toEqual(from('2'))
    await t.undo()
    expect(await said()).toEqual(from('$Latest'))
  })

  test('keeps what somebody has changed of its policy meanwhile', async () => {
    const t = bench.steps()
    await fleets.relaunchWith(t, await described(), bench.cloud.image)
    const InstancesDistribution = { OnDemandBaseCapacity: 2 }
    const MixedInstancesPolicy = {
      InstancesDistribution,
      LaunchTemplate: { Overrides: overrides.toReversed() },
    }
    await bench.cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName, MixedInstancesPolicy })
    await t.undo()
    expect(await said()).toMatchObject({
      InstancesDistribution: { ...before?.InstancesDistribution, ...InstancesDistribution },
      LaunchTemplate: {
        LaunchTemplateSpecification: { Version: '$Latest' },
        Overrides: overrides.toReversed(),
      },
    })
    await restore()
  })

  test('has a replica that launches by the same policy, from the version with the new image', async () => {
    const t = bench.steps()
    const blue = await described()
    const replica = await fleets.replicate(t, blue, { balancers: [], names: {} })
    expect((await group(replica.fleet.name))?.MixedInstancesPolicy).toEqual(from('$Latest'))
    await fleets.relaunchWith(t, replica.fleet, bench.cloud.image)
    const green = await fleets.fill(t, replica.fleet, { like: blue })
    expect(kindsOf(green)).toEqual(kindsOf(blue))
    expect(green.launch.source).not.toEqual(blue.launch.source)
    await fleets.unpin(t, replica.pin)
    await fleets.compare(t, blue, green)
    await bench.cloud.scaling.updateAutoScalingGroup({
      AutoScalingGroupName: green.name,
      MixedInstancesPolicy: { InstancesDistribution: { OnDemandBaseCapacity: 3 } },
    })
    await expect(fleets.compare(t, blue, green)).rejects.toMatchObject({
      code: 'E_REPLICA_DIFFERS',
      message: expect.stringContaining('MixedInstancesPolicy'),
    })
    await t.undo()
    expect(await group(green.name)).toBeUndefined()
    expect(await said()).toEqual(from('$Latest'))
  })
})

const kindsOf = ({ instances }: Fleet): string[] => instances.map(({ kind }) => JSON.stringify(kind)).sort()

/** A group without more than it must have. */
const plain: Group = {
  AutoScalingGroupName,
  MinSize: 0,
  MaxSize: 0,
  DesiredCapacity: 0,
  AvailabilityZones: [],
  LoadBalancerNames: [],
  TargetGroupARNs: [],
  TrafficSources: [],
  HealthCheckType: 'EC2',
  HealthCheckGracePeriod: 0,
  Instances: [],
  SuspendedProcesses: [],
  Tags: [],
}

type Override = NonNullable<NonNullable<Group['MixedInstancesPolicy']>['LaunchTemplate']>['Overrides'][number]

const policy = { LaunchTemplate: { Overrides: [] } }

test.each<[string, Partial<Group>, RegExp]>([
  [
    'a template of its own',
    overridden({ InstanceType: 'm6g.large', LaunchTemplateSpecification: { LaunchTemplateId: 'lt-1' } }),
    /launches m6g.large from a launch template or an image of its own/,
  ],
  ['an image of its own', overridden({ InstanceType: 'm6g.large', ImageId: 'ami-1' }), /m6g.large/],
  ['weights', overridden({ InstanceType: 'm5.xlarge', WeightedCapacity: '2' }), /counts m5.xlarge for 2/],
  ['another unit', { MixedInstancesPolicy: policy, DesiredCapacityType: 'vcpu' }, /counts vcpu/],
  [
    'capacity reservations',
    { MixedInstancesPolicy: { ...policy, InstancesDistribution: { DistributionSegments: [{}] } } },
    /distribution segments/,
  ],
])('a policy with %s is refused with the reason', (_what, changes, message) => {
  expect(() => refuseUnlike({ ...plain, ...changes })).toThrow(
    expect.objectContaining({
      code: 'E_MIXED_INSTANCES_UNSUPPORTED',
      message: expect.stringMatching(message),
    }),
  )
})

test('weights of one are numbers of instances', () => {
  refuseUnlike({ ...plain, ...overridden({ InstanceType: 'm5.large', WeightedCapacity: '1' }) })
})

function overridden(override: Override): Partial<Group> {
  return { MixedInstancesPolicy: { LaunchTemplate: { Overrides: [override] } } }
}
