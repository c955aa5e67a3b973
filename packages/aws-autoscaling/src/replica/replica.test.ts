import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import type { Fleet, LoadBalancer } from '@viridian/aws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud, until } from '../../../aws/src/testing/fleet-cloud.ts'
import { type TestSteps, testSteps } from '../../../aws/src/testing/test-steps.ts'
import { autoScaling } from '../index.ts'
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
  expect(told(await t.undo())).toEqual([])
  expect(await groupOf(green.name)).toBeUndefined()
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

test('a foreign group of its name is refused, and one that lost its tag is left alone', async () => {
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
