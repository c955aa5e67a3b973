import { expect, test } from 'vitest'
import { until } from '../../../aws/src/testing/fleet-cloud.ts'
import { fleets } from '../testing/fleet-bench.ts'
import { replicaBench, suspendedIn, told } from '../testing/replica-bench.ts'

const copying = replicaBench({ fails: true })
const { bench, replicated } = copying
const { groupOf, steps } = bench

test('the group behind a balancer is found', async () => {
  expect((await fleets.behind(steps(), copying.blue.loadBalancers[0] ?? copying.balancer)).name).toBe('web')
  await expect(fleets.behind(steps(), copying.balancer)).rejects.toMatchObject({
    code: 'E_GROUP_NONE',
    hint: expect.stringContaining('attach'),
  })
})

test('a replica is empty, held still, and its original in every setting', async () => {
  const t = steps()
  const { fleet, pin, counterparts } = await replicated(t)
  expect(fleet).toMatchObject({
    min: 0,
    desired: 0,
    max: 4,
    instances: [],
    loadBalancers: [copying.balancer],
  })
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
    HealthCheckGracePeriod: 120,
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
  const hooks = await bench.cloud.scaling.describeLifecycleHooks({ AutoScalingGroupName: fleet.name })
  expect(hooks.LifecycleHooks).toMatchObject([
    { LifecycleHookName: 'goodbye', NotificationMetadata: 'drain' },
  ])
  expect(told(await t.undo())).toEqual([])
  expect(await groupOf(fleet.name)).toBeUndefined()
})

test('it is filled, compared, and taken back whole, whatever answers are lost', async () => {
  const t = steps()
  await bench.cloud.lose('CreateAutoScalingGroup', 'CreateOrUpdateTags', 'SuspendProcesses')
  const { fleet, pin } = await replicated(t)
  await bench.cloud.lose('UpdateAutoScalingGroup', 'SuspendProcesses')
  const green = await fleets.fill(t, fleet, { like: copying.blue })
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
  await fleets.compare(t, copying.blue, green)
  await fleets.unpin(t, pin)
  expect(suspendedIn(await groupOf(green.name))).toEqual(['AZRebalance', 'HealthCheck', 'ScheduledActions'])
  await fleets.compare(t, copying.blue, green)
  await bench.cloud.lose('UpdateAutoScalingGroup', 'SetInstanceProtection', 'DeleteAutoScalingGroup')
  expect(told(await t.undo(2))).toEqual([])
  expect(await groupOf(green.name)).toBeUndefined()
})

test('a group with a name as long as AWS allows has a copy with a name of its own', async () => {
  const name = 'w'.repeat(255)
  await bench.cloud.scaling.createAutoScalingGroup({
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
  await bench.cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: name })
})

test('a pin that heals lets unhealthy instances be replaced', async () => {
  const t = steps()
  const pin = await fleets.pin(t, copying.blue, { room: 0, heals: true })
  expect(pin).toMatchObject({ processes: ['AlarmNotification'], max: { from: 4, to: 4 } })
  const { fleet } = await replicated(t, await fleets.describe(t, 'web'))
  expect(suspendedIn(await groupOf(fleet.name))).toEqual([
    'AZRebalance',
    'AlarmNotification',
    'ScheduledActions',
  ])
  await t.undo()
})

test('a balancer that nothing takes the place of is refused', () => {
  expect(() => fleets.replicate(steps(), copying.blue, { balancers: [], names: {} })).toThrow(
    'is behind load balancer web',
  )
})

test('launches that fail are told early, with the reason that AWS gives', async () => {
  const t = steps()
  const { fleet } = await replicated(t)
  const image = await bakedImage()
  await fleets.relaunchWith(t, fleet, image)
  await bench.cloud.ec2.deregisterImage({ ImageId: image })
  await expect(fleets.fill(t, fleet, { like: copying.blue })).rejects.toMatchObject({
    code: 'E_INSTANCE_LOST',
    message: expect.stringContaining(image),
  })
  await t.undo()
  expect(await groupOf(fleet.name)).toBeUndefined()
})

async function bakedImage(): Promise<string> {
  const [id = ''] = await bench.cloud.launch(1)
  const { ImageId = '' } = await bench.cloud.ec2.createImage({ InstanceId: id, Name: 'gone', NoReboot: true })
  await until(async () => {
    const { Images: [image] = [] } = await bench.cloud.ec2.describeImages({ ImageIds: [ImageId] })
    return image?.State === 'available'
  })
  await bench.cloud.terminate([id])
  return ImageId
}
