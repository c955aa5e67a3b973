import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import { type Fleet, type LoadBalancer, nameFor } from '@viridian/aws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud, until } from '../../../aws/src/testing/fleet-cloud.ts'
import { type TestSteps, testSteps } from '../../../aws/src/testing/test-steps.ts'
import { autoScaling } from '../index.ts'
import { createGroup } from './create-group.ts'
import type { Replica } from './replicate.ts'

let cloud: FleetCloud
let blue: Fleet
let balancer: LoadBalancer
const fleets = autoScaling()

beforeAll(async () => {
  cloud = await openFleetCloud()
  await cloud.elb.createLoadBalancer({
    LoadBalancerName: 'web-green',
    AvailabilityZones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
    Listeners: [{ Protocol: 'TCP', LoadBalancerPort: 80, InstancePort: 2222 }],
  })
  await cloud.scaling.updateAutoScalingGroup({
    AutoScalingGroupName: 'web',
    NewInstancesProtectedFromScaleIn: true,
    DefaultCooldown: 120,
    TerminationPolicies: ['OldestInstance', 'Default'],
  })
  await cloud.scaling.putLifecycleHook({
    AutoScalingGroupName: 'web',
    LifecycleHookName: 'goodbye',
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    HeartbeatTimeout: 60,
    DefaultResult: 'CONTINUE',
    NotificationMetadata: 'drain',
  })
  await cloud.scaling.suspendProcesses({
    AutoScalingGroupName: 'web',
    ScalingProcesses: ['AZRebalance', 'ScheduledActions', 'HealthCheck'],
  })
  blue = await fleets.describe(steps(), 'web')
  const [original] = blue.loadBalancers
  if (original?.kind !== 'classic') throw new Error('web is behind no classic balancer')
  balancer = { ...original, name: 'web-green' }
})

afterAll(async () => {
  await cloud.close()
})

const steps = (): TestSteps => testSteps(cloud.context())

const replicated = (t: TestSteps, fleet = blue): Promise<Replica> =>
  fleets.replicate(t, fleet, { balancers: [balancer], names: { web: 'web-green' } })

async function groupOf(name: string): Promise<AutoScalingGroup | undefined> {
  const names = { AutoScalingGroupNames: [name] }
  return (await cloud.scaling.describeAutoScalingGroups(names)).AutoScalingGroups?.[0]
}

const suspendedIn = (group: AutoScalingGroup | undefined): string[] =>
  (group?.SuspendedProcesses ?? []).map(({ ProcessName = '' }) => ProcessName).sort()

const told = (reports: readonly unknown[]): unknown[] => reports.filter((report) => report !== undefined)

test('the group behind a balancer is found', async () => {
  expect((await fleets.behind(steps(), blue.loadBalancers[0] ?? balancer)).name).toBe('web')
  await expect(fleets.behind(steps(), balancer)).rejects.toMatchObject({
    code: 'E_GROUP_NONE',
    hint: expect.stringContaining('attach'),
  })
})

test('a replica is empty, held still, and its original in every setting', async () => {
  const t = steps()
  const { fleet, pin, counterparts } = await replicated(t)
  expect(fleet).toMatchObject({ min: 0, desired: 0, max: 4, instances: [], loadBalancers: [balancer] })
  expect(counterparts).toEqual({
    groups: { web: fleet.name },
    balancers: { web: 'web-green' },
    policies: {},
  })
  expect(pin).toMatchObject({ group: fleet.name, processes: ['AlarmNotification'], max: { from: 4, to: 4 } })
  const green = await groupOf(fleet.name)
  expect(green).toMatchObject({
    MinSize: 0,
    MaxSize: 4,
    DesiredCapacity: 0,
    LaunchConfigurationName: 'web-lc',
    LoadBalancerNames: ['web-green'],
    HealthCheckType: 'ELB',
    HealthCheckGracePeriod: 30,
    NewInstancesProtectedFromScaleIn: true,
    DefaultCooldown: 120,
    TerminationPolicies: ['OldestInstance', 'Default'],
  })
  expect(suspendedIn(green)).toEqual(['AZRebalance', 'AlarmNotification', 'ScheduledActions'])
  const tags = green?.Tags?.map(({ Key, Value, PropagateAtLaunch }) => [Key, Value, PropagateAtLaunch])
  expect(tags).toEqual([
    ['team', 'shop', true],
    ['note', 'group only', false],
    ['viridian:run', t.runId, false],
    ['viridian:step', expect.any(String), false],
    ['viridian:pin', pin.tag, false],
  ])
  const hooks = await cloud.scaling.describeLifecycleHooks({ AutoScalingGroupName: fleet.name })
  expect(hooks.LifecycleHooks).toMatchObject([
    { LifecycleHookName: 'goodbye', NotificationMetadata: 'drain' },
  ])
  expect(told(await t.undo())).toEqual([])
  expect(await groupOf(fleet.name)).toBeUndefined()
})

test('it is filled, compared, and taken back whole, whatever answers are lost', async () => {
  const t = steps()
  await cloud.lose('CreateAutoScalingGroup', 'CreateOrUpdateTags', 'SuspendProcesses')
  const { fleet, pin } = await replicated(t)
  await cloud.lose('UpdateAutoScalingGroup', 'SuspendProcesses')
  const green = await fleets.fill(t, fleet, { like: blue })
  expect(green).toMatchObject({ name: fleet.name, min: 2, max: 4, desired: 3 })
  expect(green.instances.map(({ lifecycle, health }) => `${lifecycle} ${health}`)).toEqual(
    Array(3).fill('InService Healthy'),
  )
  expect(suspendedIn(await groupOf(green.name))).toEqual([
    'AZRebalance',
    'AlarmNotification',
    'HealthCheck',
    'ScheduledActions',
  ])
  await fleets.compare(t, blue, green)
  await fleets.unpin(t, pin)
  expect(suspendedIn(await groupOf(green.name))).toEqual(['AZRebalance', 'HealthCheck', 'ScheduledActions'])
  await fleets.compare(t, blue, green)
  await cloud.lose('UpdateAutoScalingGroup', 'SetInstanceProtection', 'DeleteAutoScalingGroup')
  expect(told(await t.undo(2))).toEqual([])
  expect(await groupOf(green.name)).toBeUndefined()
})

test('its policies are of every kind, and name the copy', async () => {
  const dimensions = [
    { Name: 'AutoScalingGroupName', Value: 'web' },
    { Name: 'LoadBalancerName', Value: 'web' },
  ]
  const group = { AutoScalingGroupName: 'web' }
  await cloud.scaling.putScalingPolicy({
    ...group,
    PolicyName: 'out',
    AdjustmentType: 'ChangeInCapacity',
    ScalingAdjustment: 1,
    Cooldown: 60,
  })
  await cloud.scaling.putScalingPolicy({
    ...group,
    PolicyName: 'in',
    PolicyType: 'StepScaling',
    AdjustmentType: 'PercentChangeInCapacity',
    MinAdjustmentMagnitude: 1,
    StepAdjustments: [{ MetricIntervalUpperBound: 0, ScalingAdjustment: -10 }],
    EstimatedInstanceWarmup: 90,
  })
  await cloud.scaling.putScalingPolicy({
    ...group,
    PolicyName: 'follow',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingConfiguration: {
      TargetValue: 60,
      DisableScaleIn: true,
      CustomizedMetricSpecification: {
        MetricName: 'mem_used_percent',
        Namespace: 'CWAgent',
        Statistic: 'Average',
        Dimensions: dimensions,
      },
    },
  })
  const policiesOf = async (AutoScalingGroupName: string) =>
    (await cloud.scaling.describePolicies({ AutoScalingGroupName })).ScalingPolicies ?? []
  const arnsOf = (policies: readonly { PolicyARN?: string | undefined }[]): string[] =>
    policies.map(({ PolicyARN = '' }) => PolicyARN).sort()
  const originals = await policiesOf('web')

  const t = steps()
  await cloud.lose('PutScalingPolicy')
  const { fleet, counterparts } = await replicated(t)
  const copies = await policiesOf(fleet.name)
  expect(Object.keys(counterparts.policies).sort()).toEqual(arnsOf(originals))
  expect(Object.values(counterparts.policies).sort()).toEqual(arnsOf(copies))
  const follow = copies.find(({ PolicyName }) => PolicyName === 'follow')
  expect(follow?.TargetTrackingConfiguration).toMatchObject({
    DisableScaleIn: true,
    CustomizedMetricSpecification: {
      Dimensions: [
        { Name: 'AutoScalingGroupName', Value: fleet.name },
        { Name: 'LoadBalancerName', Value: 'web-green' },
      ],
    },
  })
  const green = await fleets.fill(t, fleet, { like: blue })
  await fleets.compare(t, blue, green)
  await cloud.scaling.deletePolicy({ AutoScalingGroupName: fleet.name, PolicyName: 'out' })
  await expect(fleets.compare(t, blue, green)).rejects.toThrow('scaling policy out: PolicyType is none')

  await cloud.lose('DeletePolicy')
  expect(told(await t.undo(2))).toEqual([])
  expect(await groupOf(fleet.name)).toBeUndefined()
  expect(arnsOf(await policiesOf('web'))).toEqual(arnsOf(originals))
  for (const { PolicyName = '' } of originals) await cloud.scaling.deletePolicy({ ...group, PolicyName })
})

test('a group with a name as long as AWS allows has a copy with a name of its own', async () => {
  const name = 'w'.repeat(255)
  await cloud.scaling.createAutoScalingGroup({
    AutoScalingGroupName: name,
    LaunchConfigurationName: 'web-lc',
    MinSize: 0,
    MaxSize: 1,
    AvailabilityZones: ['eu-west-1a'],
  })
  const t = steps()
  const original = await fleets.describe(t, name)
  const { fleet } = await fleets.replicate(t, original, { balancers: [], names: {} })
  expect(fleet.name).toMatch(/^w{200,}/)
  expect(fleet.name).not.toBe(name)
  expect(fleet.name.length).toBeLessThanOrEqual(255)
  await fleets.compare(t, original, fleet)
  const twin = steps()
  const { fleet: other } = await fleets.replicate(twin, original, { balancers: [], names: {} })
  expect(other.name).not.toBe(fleet.name)
  await twin.undo(2)
  await t.undo(2)
  expect(await groupOf(fleet.name)).toBeUndefined()
  await cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: name })
})

test('a pin that heals lets unhealthy instances be replaced', async () => {
  const t = steps()
  const pin = await fleets.pin(t, blue, { room: 0, heals: true })
  expect(pin).toMatchObject({ processes: ['AlarmNotification'], max: { from: 4, to: 4 } })
  const { fleet } = await replicated(t, await fleets.describe(t, 'web'))
  expect(suspendedIn(await groupOf(fleet.name))).toEqual([
    'AZRebalance',
    'AlarmNotification',
    'ScheduledActions',
  ])
  await t.undo()
})

test('what differs is told', async () => {
  const t = steps()
  const { fleet } = await replicated(t)
  await cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: fleet.name, DefaultCooldown: 60 })
  await cloud.scaling.deleteLifecycleHook({
    AutoScalingGroupName: fleet.name,
    LifecycleHookName: 'goodbye',
  })
  await cloud.scaling.createOrUpdateTags({
    Tags: [
      {
        ResourceId: fleet.name,
        ResourceType: 'auto-scaling-group',
        Key: 'team',
        Value: 'ours',
        PropagateAtLaunch: true,
      },
    ],
  })
  const differing = fleets.compare(t, blue, fleet)
  await expect(differing).rejects.toMatchObject({ code: 'E_REPLICA_DIFFERS' })
  for (const said of [
    'DefaultCooldown is 60',
    'DesiredCapacity is 0',
    'goodbye: LifecycleTransition is none',
    'Tags',
  ])
    await expect(differing).rejects.toThrow(said)
  await t.undo()
})

test('a balancer that nothing takes the place of is refused', () => {
  expect(() => fleets.replicate(steps(), blue, { balancers: [], names: {} })).toThrow('is behind web')
})

test('a foreign group of its name is refused', async () => {
  const token = '20261123-154233-k3f9-ffffffffffff'
  const name = nameFor('web', token, 255)
  await cloud.scaling.createAutoScalingGroup({
    AutoScalingGroupName: name,
    LaunchConfigurationName: 'web-lc',
    MinSize: 0,
    MaxSize: 0,
    AvailabilityZones: ['eu-west-1a'],
  })
  const c = { ...cloud.context(), before: null, token }
  const input = { from: 'web', max: 4, balancers: { web: 'web-green' } }
  await expect(createGroup.run(input, c)).rejects.toMatchObject({ code: 'E_NAME_TAKEN', refused: true })
  expect(await createGroup.find(input, c)).toEqual({ status: 'absent' })
  expect(await createGroup.undo(input, { ...c, output: { name } })).toEqual({
    leftAlone: expect.stringContaining(name),
  })
  await cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: name })
})

test('a group that has lost its tag is left alone', async () => {
  const taken = steps()
  const { fleet } = await replicated(taken)
  await cloud.scaling.deleteTags({
    Tags: [{ ResourceId: fleet.name, ResourceType: 'auto-scaling-group', Key: 'viridian:step' }],
  })
  const reports = told(await taken.undo())
  expect(reports).toEqual([{ leftAlone: expect.stringContaining(fleet.name) }])
  await cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: fleet.name })
})

test('launches that fail are told early, with the reason that AWS gives', async () => {
  const t = steps()
  const { fleet } = await replicated(t)
  const image = await bakedImage()
  await fleets.relaunchWith(t, fleet, image)
  await cloud.ec2.deregisterImage({ ImageId: image })
  await expect(fleets.fill(t, fleet, { like: blue })).rejects.toMatchObject({
    code: 'E_INSTANCE_LOST',
    message: expect.stringContaining(image),
  })
  await t.undo()
  expect(await groupOf(fleet.name)).toBeUndefined()
})

async function bakedImage(): Promise<string> {
  const [id = ''] = await cloud.launch(1)
  const { ImageId = '' } = await cloud.ec2.createImage({ InstanceId: id, Name: 'gone', NoReboot: true })
  await until(async () => {
    const { Images: [image] = [] } = await cloud.ec2.describeImages({ ImageIds: [ImageId] })
    return image?.State === 'available'
  })
  await cloud.terminate([id])
  return ImageId
}
