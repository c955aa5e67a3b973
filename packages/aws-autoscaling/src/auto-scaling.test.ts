import type { Fleet } from '@viridian/aws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud, until, userData } from '../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { autoScaling } from './index.ts'
import { sourceMark } from './pin-tag.ts'

let cloud: FleetCloud
const fleets = autoScaling()

beforeAll(async () => {
  cloud = await openFleetCloud()
})

afterAll(async () => {
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

const idsOf = (instances: readonly { id: string }[]): string[] => instances.map(({ id }) => id)

const described = (): Promise<Fleet> => fleets.describe(testSteps(cloud.context()), 'web')

test('a group is described with its launch source and balancers, and no secret', async () => {
  const fleet = await described()
  expect(fleet).toMatchObject({
    name: 'web',
    min: 2,
    max: 4,
    desired: 3,
    zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
    healthCheck: { type: 'ELB', grace: 30 },
    launch: {
      source: { kind: 'launchConfiguration', name: 'web-lc' },
      image: cloud.image,
      instanceType: 't3.micro',
    },
    loadBalancers: [{ kind: 'classic', name: 'web', healthCheck: { interval: 5, healthyThreshold: 2 } }],
    suspended: [],
    instanceTags: { team: 'shop' },
  })
  expect(fleet.instances.map(({ zone }) => zone).sort()).toEqual(fleet.zones)
  expect(JSON.stringify(fleet)).not.toContain(userData)
})

test('a group is described with its placement group, if it has one', async () => {
  expect(await described()).not.toHaveProperty('placementGroup')
  await cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', PlacementGroup: 'apart' })
  expect(await described()).toMatchObject({ placementGroup: 'apart' })
  await cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', PlacementGroup: '' })
})

test('an unknown group names those that it may have been', async () => {
  await expect(fleets.describe(testSteps(cloud.context()), 'wep')).rejects.toMatchObject({
    code: 'E_GROUP_NOT_FOUND',
    message: 'there is no Auto Scaling group "wep" in eu-west-1',
    hint: expect.stringContaining('web'),
  })
})

test('a pin holds the group, says so in a tag, and its undo gives back what it changed alone', async () => {
  await cloud.scaling.suspendProcesses({ AutoScalingGroupName: 'web', ScalingProcesses: ['AZRebalance'] })
  const before = await cloud.settled()
  const t = testSteps(cloud.context())
  const blue = await described()
  const pin = await fleets.pin(t, blue)
  expect(pin).toMatchObject({
    group: 'web',
    processes: ['AlarmNotification', 'ScheduledActions', 'ReplaceUnhealthy'],
    max: { from: 4, to: 6 },
  })
  const pinned = await cloud.group()
  expect(pinned.MaxSize).toBe(6)
  expect(pinned.SuspendedProcesses).toHaveLength(4)
  expect(pinned.Tags?.find(({ Key }) => Key === 'viridian:pin')).toMatchObject({
    Value: JSON.stringify({
      ...{ run: t.runId, by: 'ada@here', max: 4, processes: pin.processes },
      source: sourceMark(blue.launch.source),
    }),
    PropagateAtLaunch: false,
  })
  await expect(fleets.pin(testSteps(cloud.context()), await described())).rejects.toMatchObject({
    code: 'E_LOCKED',
    message: expect.stringContaining(`run ${t.runId} of ada@here`),
  })
  await t.undo()
  expect(await cloud.settled()).toEqual(before)
  await cloud.scaling.resumeProcesses({ AutoScalingGroupName: 'web', ScalingProcesses: ['AZRebalance'] })
})

test('unpin gives back what pin changed', async () => {
  const before = await cloud.settled()
  const t = testSteps(cloud.context())
  await fleets.unpin(t, await fleets.pin(t, await described()))
  expect(await cloud.settled()).toEqual(before)
})

test('a max that somebody else has changed since is left alone', async () => {
  const t = testSteps(cloud.context())
  await fleets.pin(t, await described())
  await cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', MaxSize: 9 })
  const reports = await t.undo()
  expect(reports).toContainEqual({ leftAlone: 'max of web is 9 now: somebody has changed it since' })
  expect((await cloud.group()).MaxSize).toBe(9)
  await cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', MaxSize: 4 })
})

test('whom somebody has scaled the group out to, into the room of a pin, is not ended with it', async () => {
  for (const giveBack of ['undo', 'unpin']) {
    const t = testSteps(cloud.context())
    const pin = await fleets.pin(t, await described())
    await cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 5 })
    const reports = giveBack === 'undo' ? await t.undo() : await fleets.unpin(t, pin)
    expect(await cloud.group()).toMatchObject({ DesiredCapacity: 5, MaxSize: 5, SuspendedProcesses: [] })
    if (reports) expect(reports).toContainEqual({ leftAlone: 'max of web is 5, was 4: it wants 5' })
    await cloud.scaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'web',
      ...{ MaxSize: 4, DesiredCapacity: 3 },
    })
    await until(async () => Object.keys(await cloud.members()).length === 3)
  }
})

test('a group that is not settled is refused with every reason', async () => {
  const fleet = await described()
  await cloud.scaling.suspendProcesses({
    AutoScalingGroupName: 'web',
    ScalingProcesses: ['ReplaceUnhealthy'],
  })
  await cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', HealthCheckGracePeriod: 0 })
  const [sick = ''] = fleet.instances.map(({ id }) => id)
  await cloud.scaling.setInstanceHealth({ InstanceId: sick, HealthStatus: 'Unhealthy' })
  await expect(fleets.pin(testSteps(cloud.context()), fleet)).rejects.toMatchObject({
    code: 'E_GROUP_NOT_READY',
    message: expect.stringMatching(new RegExp(`${sick} is InService and Unhealthy.*no grace period`)),
  })
  expect((await cloud.group()).Tags?.some(({ Key }) => Key === 'viridian:pin')).toBe(false)
  await cloud.scaling.setInstanceHealth({ InstanceId: sick, HealthStatus: 'Healthy' })
  await cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', HealthCheckGracePeriod: 30 })
  await cloud.scaling.resumeProcesses({ AutoScalingGroupName: 'web', ScalingProcesses: ['ReplaceUnhealthy'] })
})

test('a group with an instance in standby is refused with what can be done about it', async () => {
  const [aside = ''] = idsOf((await described()).instances)
  const standby = { AutoScalingGroupName: 'web', InstanceIds: [aside] }
  await cloud.scaling.enterStandby({ ...standby, ShouldDecrementDesiredCapacity: true })
  await until(async () => (await cloud.members())[aside] === 'Standby/Healthy')
  await expect(fleets.pin(testSteps(cloud.context()), await described())).rejects.toMatchObject({
    code: 'E_GROUP_NOT_READY',
    message: `web cannot be replaced now: ${aside} is Standby and Healthy`,
    hint: expect.stringMatching(/^take it back \(aws autoscaling exit-standby\)/),
  })
  await cloud.scaling.exitStandby(standby)
  await cloud.settled()
})

test('a scale-out that comes while a group is pinned is seen, and refused', async () => {
  const t = testSteps(cloud.context())
  const pinning = fleets.pin(t, await described())
  await until(async () => (await cloud.group()).Tags?.some(({ Key }) => Key === 'viridian:pin') ?? false)
  await cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 4 })
  await expect(pinning).rejects.toMatchObject({
    code: 'E_GROUP_NOT_READY',
    message: expect.stringMatching('its instances have changed since it was described|wants 4'),
  })
  await t.undo()
  await cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 3 })
  await until(async () => Object.keys(await cloud.members()).length === 3)
  expect((await cloud.settled()).SuspendedProcesses).toEqual([])
})

test('attach, relaunch and standby, and the way back', async () => {
  const before = await cloud.settled()
  const registered = await cloud.registered()
  const t = testSteps(cloud.context())
  const blue = await described()
  await fleets.pin(t, blue)
  const green = (await cloud.launch(3)).map((id) => ({ id }))
  await fleets.attach(t, blue, green)
  expect((await cloud.group()).DesiredCapacity).toBe(6)
  expect(await cloud.registered()).toEqual([...registered, ...idsOf(green)].sort())

  await fleets.relaunchWith(t, blue, cloud.image)
  const { LaunchConfigurationName: copyName = '' } = await cloud.group()
  expect(copyName).toMatch(/^web-lc--20261123-/)
  const { LaunchConfigurations: [copy, original] = [] } = await cloud.scaling.describeLaunchConfigurations({
    LaunchConfigurationNames: [copyName, 'web-lc'],
  })
  const own = { LaunchConfigurationName: '', LaunchConfigurationARN: '', CreatedTime: '' }
  expect({ ...copy, ...own }).toEqual({ ...original, ...own })
  expect(copy?.UserData).toBe(userData)

  await fleets.standby(t, blue, blue.instances)
  expect((await cloud.group()).DesiredCapacity).toBe(3)
  expect(await cloud.registered()).toEqual(idsOf(green).sort())
  const states = await cloud.members()
  for (const { id } of blue.instances) expect(states[id]).toBe('Standby/Healthy')

  expect((await t.undo()).filter((report) => report !== undefined)).toEqual([])
  expect(await cloud.settled()).toEqual(before)
  expect(await cloud.registered()).toEqual(registered)
  const left = await cloud.scaling.describeLaunchConfigurations({ LaunchConfigurationNames: [copyName] })
  expect(left.LaunchConfigurations).toEqual([])
  expect(await cloud.states(idsOf(green))).toEqual(['running', 'running', 'running'])
  await cloud.terminate(idsOf(green))
})

test('every answer may be lost once, on the way there and on the way back', async () => {
  const before = await cloud.settled()
  const t = testSteps(cloud.context())
  const blue = await described()
  const green = (await cloud.launch(3)).map((id) => ({ id }))
  await cloud.lose('CreateOrUpdateTags', 'SuspendProcesses', 'UpdateAutoScalingGroup')
  await fleets.pin(t, blue)
  await cloud.lose('AttachInstances')
  await fleets.attach(t, blue, green)
  await cloud.lose('CreateLaunchConfiguration', 'UpdateAutoScalingGroup')
  await fleets.relaunchWith(t, blue, cloud.image)
  await cloud.lose('EnterStandby')
  await fleets.standby(t, blue, blue.instances)
  expect((await cloud.group()).DesiredCapacity).toBe(3)

  await cloud.lose('ExitStandby', 'DetachInstances', 'DeleteLaunchConfiguration', 'DeleteTags')
  await cloud.lose('UpdateAutoScalingGroup', 'ResumeProcesses')
  await t.undo()
  expect(await cloud.settled()).toEqual(before)
  await cloud.terminate(idsOf(green))
})

test('one that dies while it is attached is told at once, and nobody takes its place', async () => {
  const before = await cloud.settled()
  const t = testSteps(cloud.context())
  const blue = await described()
  await fleets.pin(t, blue)
  const green = (await cloud.launch(2)).map((id) => ({ id }))
  const [doomed = ''] = idsOf(green)
  const attaching = fleets.attach(t, blue, green)
  await until(async () => doomed in (await cloud.members()))
  await cloud.terminate([doomed])
  await expect(attaching).rejects.toMatchObject({
    code: 'E_INSTANCE_LOST',
    message: expect.stringContaining(doomed),
  })
  await t.undo()
  expect(await cloud.settled()).toEqual(before)
  await cloud.terminate(idsOf(green))
})

test('one that has died in standby is no victim to terminate', async () => {
  const t = testSteps(cloud.context())
  const blue = await described()
  const pin = await fleets.pin(t, blue)
  const green = (await cloud.launch(3)).map((id) => ({ id }))
  await fleets.attach(t, blue, green)
  await fleets.standby(t, blue, blue.instances)
  const [dead = ''] = idsOf(blue.instances)
  await cloud.terminate([dead])
  await until(async () => (await cloud.members())[dead] !== 'Standby/Healthy')
  await fleets.retire(t, blue, blue.instances)
  await fleets.unpin(t, pin)
  expect(await cloud.group()).toMatchObject({ DesiredCapacity: 3 })
  expect(Object.keys(await cloud.members()).sort()).toEqual(idsOf(green).sort())
})

test('attach goes in chunks of twenty', async () => {
  const t = testSteps(cloud.context())
  const blue = await described()
  await fleets.pin(t, blue, { room: 21 })
  const green = (await cloud.launch(21)).map((id) => ({ id }))
  await fleets.attach(t, blue, green)
  expect(t.taken.filter((title) => title.startsWith('attach'))).toEqual([
    'attach 20 to web',
    'attach 1 to web',
  ])
  await t.undo()
  expect(Object.keys(await cloud.members()).sort()).toEqual(idsOf(blue.instances).sort())
  await cloud.terminate(idsOf(green))
})

test('retire ends exactly the victims, in standby or in service, and nobody takes their place', async () => {
  const t = testSteps(cloud.context())
  const blue = await described()
  const pin = await fleets.pin(t, blue)
  const green = (await cloud.launch(3)).map((id) => ({ id }))
  await fleets.attach(t, blue, green)
  const [serving, ...aside] = blue.instances
  await fleets.standby(t, blue, aside)
  await fleets.retire(t, blue, [...aside, ...(serving ? [serving] : [])])
  await fleets.unpin(t, pin)
  await until(async () =>
    (await cloud.states(idsOf(blue.instances))).every((state) => state === 'terminated'),
  )
  const group = await cloud.group()
  expect(group).toMatchObject({ MinSize: 2, MaxSize: 4, DesiredCapacity: 3, SuspendedProcesses: [] })
  expect(Object.keys(await cloud.members()).sort()).toEqual(idsOf(green).sort())
})

test('a way back that is partly gone already is finished, and says what it left alone', async () => {
  const t = testSteps(cloud.context())
  const blue = await described()
  const [kept, returned, ended] = idsOf(blue.instances)
  if (!kept || !returned || !ended) throw new Error('the group has lost some')
  const pin = await fleets.pin(t, blue)
  const green = (await cloud.launch(3)).map((id) => ({ id }))
  await fleets.attach(t, blue, green)
  await fleets.standby(t, blue, [{ id: kept }, { id: returned }, { id: ended }])
  await cloud.scaling.exitStandby({ AutoScalingGroupName: 'web', InstanceIds: [returned] })
  await cloud.scaling.terminateInstanceInAutoScalingGroup({
    InstanceId: ended,
    ShouldDecrementDesiredCapacity: false,
  })
  const [lost = ''] = idsOf(green)
  await cloud.terminate([lost])
  expect((await t.undo()).filter((report) => report !== undefined)).toEqual([
    { leftAlone: expect.stringMatching(`^lost since: ${ended} is (not in the group|Terminating)`) },
  ])
  const members = Object.keys(await cloud.members())
  expect(members).toHaveLength(3)
  expect(members).toEqual(expect.arrayContaining([kept, returned]))
  expect(await cloud.registered()).toEqual(members.sort())
  expect(await cloud.group()).toMatchObject({ MaxSize: pin.max.from, SuspendedProcesses: [] })
  await cloud.terminate(idsOf(green))
})
