import type { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { describe, expect, test } from 'vitest'
import { onPlainGroups } from '../testing/on-plain-groups.ts'
import { type PlainGroups, v1, web } from '../testing/plain-groups.ts'
import { refusal, type TestCloud, until } from '../testing/test-cloud.ts'

let cloud: TestCloud
let groups: PlainGroups
let scaling: AutoScaling

onPlainGroups((given) => {
  cloud = given.cloud
  groups = given.groups
  scaling = given.scaling
})

describe('groups', () => {
  test("a new one is described with AWS's defaults", async () => {
    await groups.createSource()
    await groups.createGroup('web', { Tags: [{ Key: 'a', Value: '1', PropagateAtLaunch: true }] })
    const { AutoScalingGroups } = await scaling.describeAutoScalingGroups({ AutoScalingGroupNames: ['web'] })
    expect(AutoScalingGroups).toMatchObject([
      {
        ...web,
        ...v1,
        AutoScalingGroupARN: expect.stringMatching(/:autoScalingGroupName\/web$/),
        MinSize: 0,
        MaxSize: 0,
        DesiredCapacity: 0,
        DefaultCooldown: 300,
        AvailabilityZones: ['eu-west-1a'],
        LoadBalancerNames: [],
        HealthCheckType: 'EC2',
        HealthCheckGracePeriod: 0,
        Instances: [],
        SuspendedProcesses: [],
        TerminationPolicies: ['Default'],
        NewInstancesProtectedFromScaleIn: false,
        Tags: [
          {
            ResourceId: 'web',
            ResourceType: 'auto-scaling-group',
            Key: 'a',
            Value: '1',
            PropagateAtLaunch: true,
          },
        ],
      },
    ])
  })

  test('subnets give the zones', async () => {
    await groups.createSource()
    const { Subnets = [] } = await cloud.ec2.describeSubnets({})
    const inZone = (zone: string) =>
      Subnets.find(({ AvailabilityZone }) => AvailabilityZone === zone)?.SubnetId
    const [one, three] = [inZone('eu-west-1a'), inZone('eu-west-1c')]
    const VPCZoneIdentifier = `${one}, ${three}`
    await groups.createGroup('web', { AvailabilityZones: undefined, VPCZoneIdentifier })
    const { AutoScalingGroups } = await scaling.describeAutoScalingGroups({})
    expect(AutoScalingGroups).toMatchObject([
      { AvailabilityZones: ['eu-west-1a', 'eu-west-1c'], VPCZoneIdentifier: `${one},${three}` },
    ])
  })

  test('refusals of creation', async () => {
    await groups.createSource()
    await groups.createGroup()
    expect(await refusal(groups.createGroup())).toBe(
      'AlreadyExistsFault: AutoScalingGroup by this name already exists - A group with the name web already exists',
    )
    const create = (changes: object): Promise<string> => refusal(groups.createGroup('other', changes))
    expect(await create({ MinSize: 3, MaxSize: 2 })).toBe(
      'ValidationError: Max bound, 2, must be greater than or equal to min bound, 3',
    )
    expect(await create({ MaxSize: 2, DesiredCapacity: 3 })).toMatch(
      /^ValidationError: Desired capacity:3 must be/,
    )
    expect(await create({ LaunchConfigurationName: 'no' })).toMatch(
      /^ValidationError: Launch configuration name not found/,
    )
    expect(await create({ LaunchConfigurationName: undefined })).toMatch(
      /^ValidationError: Valid requests must contain/,
    )
    expect(await create({ AvailabilityZones: [] })).toBe(
      'ValidationError: At least one Availability Zone or VPC Subnet is required.',
    )
    expect(await create({ AvailabilityZones: ['eu-west-1z'] })).toMatch(
      /^ValidationError: Invalid availability zones/,
    )
    expect(await create({ VPCZoneIdentifier: 'subnet-none' })).toMatch(/^ValidationError: The subnet ID/)
    expect(await create({ LoadBalancerNames: ['no'] })).toMatch(/^ValidationError: Provided Load Balancers/)
    expect(await create({ HealthCheckType: 'PING' })).toMatch(/^ValidationError: Invalid Health Check Type/)
    expect((await scaling.describeAutoScalingGroups({})).AutoScalingGroups).toHaveLength(1)
  })

  test('updates and their refusals', async () => {
    await groups.createSource()
    await groups.createSource('v2')
    await groups.createGroup()
    await scaling.suspendProcesses(web)
    await scaling.updateAutoScalingGroup({
      ...web,
      LaunchConfigurationName: 'v2',
      MinSize: 2,
      MaxSize: 4,
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 60,
    })
    const group = async () => (await scaling.describeAutoScalingGroups({})).AutoScalingGroups?.[0]
    expect(await group()).toMatchObject({
      LaunchConfigurationName: 'v2',
      DesiredCapacity: 2,
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 60,
    })
    const update = (changes: object): Promise<string> =>
      refusal(scaling.updateAutoScalingGroup({ ...web, ...changes }))
    expect(await update({ MaxSize: 1 })).toBe(
      'ValidationError: Max bound, 1, must be greater than or equal to min bound, 2',
    )
    expect(await update({ DesiredCapacity: 5 })).toMatch(/^ValidationError: Desired capacity:5/)
    expect(await update({ LaunchConfigurationName: 'no' })).toMatch(/^ValidationError: Launch configuration/)
    expect(await update({ AutoScalingGroupName: 'no' })).toBe(
      'ValidationError: AutoScalingGroup name not found - AutoScalingGroup no not found',
    )
    const desire = (DesiredCapacity: number, HonorCooldown = false): Promise<string> =>
      refusal(scaling.setDesiredCapacity({ ...web, DesiredCapacity, HonorCooldown }))
    expect(await desire(5)).toBe(
      'ValidationError: New SetDesiredCapacity value 5 is above max value 4 for the AutoScalingGroup.',
    )
    expect(await desire(1)).toBe(
      'ValidationError: New SetDesiredCapacity value 1 is below min value 2 for the AutoScalingGroup.',
    )
    expect(await desire(3, true)).toBe('not refused')
    expect(await group()).toMatchObject({ MinSize: 2, MaxSize: 4, DesiredCapacity: 3 })
  })

  test('are found by tags, in pages', async () => {
    await groups.createSource()
    for (const name of ['one', 'three', 'two']) {
      await groups.createGroup(name, { Tags: [{ Key: 'stage', Value: name }] })
    }
    await scaling.createOrUpdateTags({
      Tags: [
        {
          ResourceId: 'two',
          ResourceType: 'auto-scaling-group',
          Key: 'extra',
          Value: 'x',
          PropagateAtLaunch: false,
        },
      ],
    })
    const found = async (Name: string, ...Values: string[]): Promise<unknown> =>
      (await scaling.describeAutoScalingGroups({ Filters: [{ Name, Values }] })).AutoScalingGroups?.map(
        ({ AutoScalingGroupName }) => AutoScalingGroupName,
      )
    expect(await found('tag:stage', 'one', 'two')).toEqual(['one', 'two'])
    expect(await found('tag-key', 'extra')).toEqual(['two'])
    expect(await found('tag-value', 'three', 'x')).toEqual(['three', 'two'])
    expect(await refusal(found('color', 'x'))).toMatch(/^ValidationError/)
    const first = await scaling.describeAutoScalingGroups({ MaxRecords: 2 })
    const second = await scaling.describeAutoScalingGroups({
      MaxRecords: 2,
      NextToken: first.NextToken ?? '',
    })
    expect([first, second].map(({ AutoScalingGroups }) => AutoScalingGroups?.length)).toEqual([2, 1])
    expect(second.NextToken).toBeUndefined()
    expect(await refusal(scaling.describeAutoScalingGroups({ NextToken: 'x' }))).toMatch(/^InvalidNextToken/)
    expect(await refusal(scaling.describeAutoScalingGroups({ MaxRecords: 101 }))).toMatch(/^ValidationError/)
  })

  test('HonorCooldown is refused while an activity runs, and in the cooldown after it', async () => {
    await groups.createSource()
    await groups.createGroup('web', { MaxSize: 2, DesiredCapacity: 1, DefaultCooldown: 3600 })
    await until(
      async () => (await scaling.describeScalingActivities(web)).Activities?.length === 1,
      'the launch',
    )
    const desire = scaling.setDesiredCapacity({ ...web, DesiredCapacity: 2, HonorCooldown: true })
    expect(await refusal(desire)).toMatch(
      /^ScalingActivityInProgressFault: Scaling activity \S+ is in progress and blocks/,
    )
  })
})
