import type { MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling'
import type { EC2 } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestCloud, refusal, type TestCloud } from '../testing/test-cloud.ts'
import { WebFleet, web } from '../testing/web-fleet.ts'

let cloud: TestCloud
let ec2: EC2
let fleet: WebFleet
let id: string

beforeAll(async () => {
  cloud = await openTestCloud()
  ec2 = cloud.ec2
  fleet = new WebFleet(cloud)
  await fleet.createSource()
  const data = { ImageId: cloud.imageId }
  const { LaunchTemplate } = await ec2.createLaunchTemplate({
    LaunchTemplateName: 'web',
    LaunchTemplateData: data,
  })
  id = LaunchTemplate?.LaunchTemplateId ?? ''
  await ec2.createLaunchTemplate({
    LaunchTemplateName: 'spot',
    LaunchTemplateData: { ...data, InstanceMarketOptions: { MarketType: 'spot' } },
  })
})

afterAll(async () => {
  await cloud.close()
})

const specification = { LaunchTemplateName: 'web', Version: '$Latest' }
const types = ['m5.large', 'm5a.large', 'm4.large'].map((InstanceType) => ({ InstanceType }))
const policy = {
  LaunchTemplate: { LaunchTemplateSpecification: specification, Overrides: types },
  InstancesDistribution: { OnDemandBaseCapacity: 1, OnDemandPercentageAboveBaseCapacity: 25 },
}
const group = { ...web, MinSize: 0, MaxSize: 6, AvailabilityZones: ['eu-west-1a'] }

const update = (MixedInstancesPolicy: MixedInstancesPolicy) =>
  fleet.scaling.updateAutoScalingGroup({ ...web, MixedInstancesPolicy })

test.each<[RegExp, object]>([
  [
    /^ValidationError: Valid requests must contain/,
    { ...policy, besides: { LaunchConfigurationName: 'v1' } },
  ],
  [/LaunchTemplateSpecification/, { LaunchTemplate: { Overrides: types } }],
  [
    /Incompatible launch template: .*Spot/,
    { LaunchTemplate: { LaunchTemplateSpecification: { LaunchTemplateName: 'spot' } } },
  ],
  [
    /^ValidationError: .* name no, does not exist/,
    { LaunchTemplate: { LaunchTemplateSpecification: { LaunchTemplateName: 'no' } } },
  ],
  [
    /WeightedCapacity must be specified or none/,
    overridden({ InstanceType: 'm5.large', WeightedCapacity: '1' }, { InstanceType: 'm4.large' }),
  ],
  [/greater than or equal to 1/, overridden({ InstanceType: 'm5.large', WeightedCapacity: '0' })],
  [/local cloud counts instances/, overridden({ InstanceType: 'm5.large', WeightedCapacity: '2' })],
  [
    /cannot both be specified/,
    overridden({ InstanceType: 'm5.large', InstanceRequirements: requirements() }),
  ],
  [/name one in AllowedInstanceTypes/, overridden({ InstanceRequirements: requirements('m5*') })],
  [/less than or equal to 100/, distributed({ OnDemandPercentageAboveBaseCapacity: 101 })],
  [/enum value set/, distributed({ SpotAllocationStrategy: 'cheapest' })],
  [
    /only available with the lowest-price/,
    distributed({ SpotAllocationStrategy: 'capacity-optimized', SpotInstancePools: 2 }),
  ],
  [/maximum price/, distributed({ SpotMaxPrice: 'much' })],
])(
  'a policy that makes no sense here is refused: %s',
  async (message, { besides = {}, ...MixedInstancesPolicy }: { besides?: object }) => {
    const create = fleet.scaling.createAutoScalingGroup({ ...group, ...besides, MixedInstancesPolicy })
    expect(await refusal(create)).toMatch(message)
  },
)

function overridden(...Overrides: object[]): object {
  return { LaunchTemplate: { LaunchTemplateSpecification: specification, Overrides } }
}

function distributed(InstancesDistribution: object): object {
  return { ...policy, InstancesDistribution }
}

function requirements(...AllowedInstanceTypes: string[]) {
  return { VCpuCount: { Min: 2 }, MemoryMiB: { Min: 4096 }, AllowedInstanceTypes }
}

test('a group launches On-Demand Instances of the first type, and Spot Instances of the cheapest', async () => {
  await fleet.scaling.createAutoScalingGroup({ ...group, MixedInstancesPolicy: policy, DesiredCapacity: 5 })
  await fleet.settled(5)
  const shown = await fleet.group()
  expect(shown).not.toHaveProperty('LaunchTemplate')
  expect(shown?.MixedInstancesPolicy).toEqual({
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateId: id, ...specification },
      Overrides: types,
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: 'prioritized',
      OnDemandBaseCapacity: 1,
      OnDemandPercentageAboveBaseCapacity: 25,
      SpotAllocationStrategy: 'lowest-price',
      SpotInstancePools: 2,
    },
  })
  expect(await kinds()).toEqual(
    ['m5.large', 'm5.large', 'm5.large spot', 'm5.large spot', 'm5a.large spot'].sort(),
  )
  const LaunchTemplate = { LaunchTemplateId: id, LaunchTemplateName: 'web', Version: '1' }
  expect((await fleet.members()).map((member) => member.LaunchTemplate)).toEqual(
    Array(5).fill(LaunchTemplate),
  )
})

test('what an update leaves out stays, and what it says is launched from then on', async () => {
  const before = (await fleet.group())?.MixedInstancesPolicy
  await ec2.createLaunchTemplateVersion({
    LaunchTemplateId: id,
    SourceVersion: '1',
    LaunchTemplateData: { EbsOptimized: true },
  })
  const one = { LaunchTemplateId: id, Version: '1' }
  await update({ LaunchTemplate: { LaunchTemplateSpecification: one } })
  const now = (await fleet.group())?.MixedInstancesPolicy
  expect(now).toEqual({
    ...before,
    LaunchTemplate: { LaunchTemplateSpecification: { ...one, LaunchTemplateName: 'web' }, Overrides: types },
  })
  const weighted = types.map((type) => ({ ...type, WeightedCapacity: '1' })).reverse()
  await update({
    LaunchTemplate: { Overrides: weighted },
    InstancesDistribution: { OnDemandBaseCapacity: 6 },
  })
  await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 6 })
  await fleet.settled(6)
  expect((await kinds()).filter((kind) => kind === 'm4.large')).toHaveLength(1)
  expect((await fleet.members()).map(({ WeightedCapacity }) => WeightedCapacity)).toEqual(Array(6).fill('1'))
})

test('requirements launch the type that they name, overrides with a template of their own that', async () => {
  const { LaunchTemplate } = await ec2.createLaunchTemplate({
    LaunchTemplateName: 'own',
    LaunchTemplateData: { ImageId: cloud.imageId, UserData: Buffer.from('own').toString('base64') },
  })
  const own = { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId ?? '', Version: '1' }
  await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 0 })
  await fleet.settled(0)
  await update({
    LaunchTemplate: {
      Overrides: [{ InstanceRequirements: requirements('c*', 'c5.large'), LaunchTemplateSpecification: own }],
    },
  })
  await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 1 })
  await fleet.settled(1)
  expect(await fleet.members()).toMatchObject([
    { InstanceType: 'c5.large', LaunchTemplate: { ...own, LaunchTemplateName: 'own' } },
  ])
})

test('a group may go over to one launch template, and back', async () => {
  await fleet.scaling.updateAutoScalingGroup({ ...web, LaunchTemplate: { LaunchTemplateId: id } })
  expect(await fleet.group()).toMatchObject({ LaunchTemplate: { LaunchTemplateId: id } })
  expect(await fleet.group()).not.toHaveProperty('MixedInstancesPolicy')
  await update(policy)
  expect(await fleet.group()).not.toHaveProperty('LaunchTemplate')
})

/** Of the members: their types, and whether they are Spot Instances. */
async function kinds(): Promise<string[]> {
  const instances = await cloud.describe(await fleet.ids())
  return instances
    .map(({ InstanceType, InstanceLifecycle: market }) =>
      [InstanceType, market].filter((word) => word !== undefined).join(' '),
    )
    .sort()
}
