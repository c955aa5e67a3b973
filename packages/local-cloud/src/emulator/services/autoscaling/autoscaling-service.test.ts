import { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestCloud, refusal, type TestCloud, until } from '../testing/test-cloud.ts'

let cloud: TestCloud
let scaling: AutoScaling

const web = { AutoScalingGroupName: 'web' }
const v1 = { LaunchConfigurationName: 'v1' }

beforeEach(async () => {
  cloud = await openTestCloud()
  scaling = new AutoScaling(cloud.config)
})

afterEach(() => cloud.close())

async function createSource(name = 'v1', changes: object = {}): Promise<void> {
  await scaling.createLaunchConfiguration({
    LaunchConfigurationName: name,
    ImageId: cloud.imageId,
    InstanceType: 't3.micro',
    ...changes,
  })
}

async function createGroup(name = 'web', changes: object = {}): Promise<void> {
  await scaling.createAutoScalingGroup({
    AutoScalingGroupName: name,
    ...v1,
    MinSize: 0,
    MaxSize: 0,
    AvailabilityZones: ['eu-west-1a'],
    ...changes,
  })
}

describe('launch configurations', () => {
  test('all that was given is kept; what was not is empty, as AWS has it', async () => {
    const given = {
      SecurityGroups: ['sg-1'],
      UserData: Buffer.from('#!/bin/sh').toString('base64'),
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, VolumeType: 'gp3' } }],
      IamInstanceProfile: 'web',
      InstanceMonitoring: { Enabled: false },
      AssociatePublicIpAddress: true,
      PlacementTenancy: 'default',
      MetadataOptions: { HttpTokens: 'required' as const, HttpPutResponseHopLimit: 2 },
    }
    await createSource('v1', given)
    const { LaunchConfigurations } = await scaling.describeLaunchConfigurations({
      LaunchConfigurationNames: ['v1'],
    })
    expect(LaunchConfigurations).toEqual([
      {
        ...given,
        ...v1,
        LaunchConfigurationARN: expect.stringMatching(
          /^arn:aws:autoscaling:eu-west-1:\d{12}:launchConfiguration:[0-9a-f-]{36}:launchConfigurationName\/v1$/,
        ),
        ImageId: cloud.imageId,
        InstanceType: 't3.micro',
        KeyName: '',
        KernelId: '',
        RamdiskId: '',
        EbsOptimized: false,
        ClassicLinkVPCSecurityGroups: [],
        CreatedTime: expect.any(Date),
      },
    ])
  })

  test('refusals', async () => {
    await createSource()
    expect(await refusal(createSource())).toBe(
      'AlreadyExistsFault: Launch Configuration by this name already exists - A launch configuration already exists with the name v1',
    )
    const ImageId = 'ami-0000000000000dead'
    expect(await refusal(createSource('v2', { ImageId }))).toBe(
      `ValidationError: The image id '[${ImageId}]' does not exist`,
    )
    expect(await refusal(createSource('v2', { InstanceType: undefined }))).toMatch(
      /^ValidationError: Valid requests/,
    )
    expect(await refusal(scaling.deleteLaunchConfiguration({ LaunchConfigurationName: 'no' }))).toBe(
      'ValidationError: Launch configuration name not found - Launch configuration no not found',
    )
    await createGroup()
    expect(await refusal(scaling.deleteLaunchConfiguration(v1))).toBe(
      'ResourceInUseFault: Cannot delete launch configuration v1 because it is attached to AutoScalingGroup web',
    )
    await scaling.deleteAutoScalingGroup(web)
    await scaling.deleteLaunchConfiguration(v1)
    expect((await scaling.describeLaunchConfigurations({})).LaunchConfigurations).toEqual([])
  })
})

describe('groups', () => {
  test("a new one is described with AWS's defaults", async () => {
    await createSource()
    await createGroup('web', { Tags: [{ Key: 'a', Value: '1', PropagateAtLaunch: true }] })
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
    await createSource()
    const { Subnets = [] } = await cloud.ec2.describeSubnets({})
    const inZone = (zone: string) =>
      Subnets.find(({ AvailabilityZone }) => AvailabilityZone === zone)?.SubnetId
    const [one, three] = [inZone('eu-west-1a'), inZone('eu-west-1c')]
    const VPCZoneIdentifier = `${one}, ${three}`
    await createGroup('web', { AvailabilityZones: undefined, VPCZoneIdentifier })
    const { AutoScalingGroups } = await scaling.describeAutoScalingGroups({})
    expect(AutoScalingGroups).toMatchObject([
      { AvailabilityZones: ['eu-west-1a', 'eu-west-1c'], VPCZoneIdentifier: `${one},${three}` },
    ])
  })

  test('refusals of creation', async () => {
    await createSource()
    await createGroup()
    expect(await refusal(createGroup())).toBe(
      'AlreadyExistsFault: AutoScalingGroup by this name already exists - A group with the name web already exists',
    )
    const create = (changes: object): Promise<string> => refusal(createGroup('other', changes))
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
    await createSource()
    await createSource('v2')
    await createGroup()
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
    await createSource()
    for (const name of ['one', 'three', 'two']) {
      await createGroup(name, { Tags: [{ Key: 'stage', Value: name }] })
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
    await createSource()
    await createGroup('web', { MaxSize: 2, DesiredCapacity: 1, DefaultCooldown: 3600 })
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

describe('records of a group', () => {
  test('tags', async () => {
    await createSource()
    await createGroup()
    const tag = {
      ResourceId: 'web',
      ResourceType: 'auto-scaling-group',
      Key: 'run',
      Value: '1',
      PropagateAtLaunch: false,
    }
    await scaling.createOrUpdateTags({ Tags: [tag, { ...tag, Key: 'other' }] })
    await scaling.createOrUpdateTags({ Tags: [{ ...tag, Value: '2' }] })
    await scaling.deleteTags({ Tags: [{ ...tag, Key: 'other' }] })
    const Filters = [{ Name: 'auto-scaling-group', Values: ['web'] }]
    expect((await scaling.describeTags({ Filters })).Tags).toEqual([{ ...tag, Value: '2' }])
    const elsewhere = scaling.createOrUpdateTags({ Tags: [{ ...tag, ResourceId: 'no' }] })
    expect(await refusal(elsewhere)).toMatch(/^ValidationError: AutoScalingGroup name not found/)
  })

  test.each([
    ['ValidationError', [{ Key: 'run' }, { Key: 'run' }]],
    ['ValidationError', [{ Key: 'aws:autoscaling:groupName' }]],
    ['LimitExceededFault', Array.from({ length: 51 }, (_, index) => ({ Key: `key-${index}` }))],
  ])('tags that are refused with %s', async (name, tags) => {
    await createSource()
    const Tags = tags.map((tag) => ({ ...tag, ResourceId: 'web', ResourceType: 'auto-scaling-group' }))
    expect(await refusal(createGroup('web', { Tags }))).toMatch(new RegExp(`^${name}`))
    await createGroup()
    expect(await refusal(scaling.createOrUpdateTags({ Tags }))).toMatch(new RegExp(`^${name}`))
    expect((await scaling.describeTags({})).Tags).toEqual([])
  })

  test('lifecycle hooks', async () => {
    await createSource()
    await createGroup()
    const hook = {
      ...web,
      LifecycleHookName: 'drain',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    }
    await scaling.putLifecycleHook({ ...hook, HeartbeatTimeout: 60 })
    await scaling.putLifecycleHook({ ...hook, DefaultResult: 'CONTINUE' })
    expect((await scaling.describeLifecycleHooks(web)).LifecycleHooks).toEqual([
      { ...hook, HeartbeatTimeout: 60, GlobalTimeout: 6000, DefaultResult: 'CONTINUE' },
    ])
    const name = { ...web, LifecycleHookName: 'drain' }
    await scaling.deleteLifecycleHook(name)
    expect(await refusal(scaling.deleteLifecycleHook(name))).toMatch(
      /^ValidationError: No Lifecycle Hook found/,
    )
  })

  test('what no group here has is an empty list', async () => {
    await createSource()
    await createGroup()
    expect((await scaling.describePolicies(web)).ScalingPolicies).toEqual([])
    expect((await scaling.describeScheduledActions(web)).ScheduledUpdateGroupActions).toEqual([])
    const topics = { AutoScalingGroupNames: ['web'] }
    expect((await scaling.describeNotificationConfigurations(topics)).NotificationConfigurations).toEqual([])
    expect((await scaling.describeInstanceRefreshes(web)).InstanceRefreshes).toEqual([])
    expect((await scaling.describeWarmPool(web)).Instances).toEqual([])
    expect((await scaling.describeScalingActivities(web)).Activities).toEqual([])
    expect((await scaling.describeAutoScalingInstances({})).AutoScalingInstances).toEqual([])
    expect(await refusal(scaling.describeWarmPool({ AutoScalingGroupName: 'no' }))).toMatch(
      /^ValidationError/,
    )
  })
})
