import { expect, test } from 'vitest'
import { until } from '../../aws/src/testing/fleet-cloud.ts'
import { sourceMark } from './pin-tag.ts'
import { fleetBench, fleets, idsOf } from './testing/fleet-bench.ts'

const bench = fleetBench()
const { described, steps } = bench

test('a pin holds the group, says so in a tag, and its undo gives back what it changed alone', async () => {
  await bench.cloud.scaling.suspendProcesses({
    AutoScalingGroupName: 'web',
    ScalingProcesses: ['AZRebalance'],
  })
  const before = await bench.cloud.settled()
  const t = steps()
  const blue = await described()
  const pin = await fleets.pin(t, blue)
  expect(pin).toMatchObject({
    group: 'web',
    processes: ['AlarmNotification', 'ScheduledActions', 'ReplaceUnhealthy'],
    max: { from: 4, to: 6 },
  })
  const pinned = await bench.cloud.group()
  expect(pinned.MaxSize).toBe(6)
  expect(pinned.SuspendedProcesses).toHaveLength(4)
  expect(pinned.Tags?.find(({ Key }) => Key === 'viridian:pin')).toMatchObject({
    Value: JSON.stringify({
      ...{ run: t.runId, by: 'ada@here', max: 4, processes: pin.processes },
      source: sourceMark(blue.launch.source),
    }),
    PropagateAtLaunch: false,
  })
  await expect(fleets.pin(steps(), await described())).rejects.toMatchObject({
    code: 'E_LOCKED',
    message: expect.stringContaining(`run ${t.runId} of ada@here`),
  })
  await t.undo()
  expect(await bench.cloud.settled()).toEqual(before)
  await bench.cloud.scaling.resumeProcesses({
    AutoScalingGroupName: 'web',
    ScalingProcesses: ['AZRebalance'],
  })
})

test('unpin gives back what pin changed', async () => {
  const before = await bench.cloud.settled()
  const t = steps()
  await fleets.unpin(t, await fleets.pin(t, await described()))
  expect(await bench.cloud.settled()).toEqual(before)
})

test('a max that somebody else has changed since is left alone', async () => {
  const t = steps()
  await fleets.pin(t, await described())
  await bench.cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', MaxSize: 9 })
  const reports = await t.undo()
  expect(reports).toContainEqual({ leftAlone: 'max of web is 9 now: somebody has changed it since' })
  expect((await bench.cloud.group()).MaxSize).toBe(9)
  await bench.cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', MaxSize: 4 })
})

test('whom somebody has scaled the group out to, into the room of a pin, is not ended with it', async () => {
  for (const giveBack of ['undo', 'unpin']) {
    const t = steps()
    const pin = await fleets.pin(t, await described())
    await bench.cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 5 })
    const reports = giveBack === 'undo' ? await t.undo() : await fleets.unpin(t, pin)
    expect(await bench.cloud.group()).toMatchObject({
      DesiredCapacity: 5,
      MaxSize: 5,
      SuspendedProcesses: [],
    })
    if (reports) expect(reports).toContainEqual({ leftAlone: 'max of web is 5, was 4: it wants 5' })
    await bench.cloud.scaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'web',
      ...{ MaxSize: 4, DesiredCapacity: 3 },
    })
    await until(async () => Object.keys(await bench.cloud.members()).length === 3)
  }
})

test('a group that is not settled is refused with every reason', async () => {
  const fleet = await described()
  await bench.cloud.scaling.suspendProcesses({
    AutoScalingGroupName: 'web',
    ScalingProcesses: ['ReplaceUnhealthy'],
  })
  await bench.cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', HealthCheckGracePeriod: 0 })
  const [sick = ''] = fleet.instances.map(({ id }) => id)
  await bench.cloud.scaling.setInstanceHealth({ InstanceId: sick, HealthStatus: 'Unhealthy' })
  await expect(fleets.pin(steps(), fleet)).rejects.toMatchObject({
    code: 'E_GROUP_NOT_READY',
    message: expect.stringMatching(new RegExp(`${sick} is InService and Unhealthy.*no grace period`)),
  })
  expect((await bench.cloud.group()).Tags?.some(({ Key }) => Key === 'viridian:pin')).toBe(false)
  await bench.cloud.scaling.setInstanceHealth({ InstanceId: sick, HealthStatus: 'Healthy' })
  await bench.cloud.scaling.updateAutoScalingGroup({
    AutoScalingGroupName: 'web',
    HealthCheckGracePeriod: 120,
  })
  await bench.cloud.scaling.resumeProcesses({
    AutoScalingGroupName: 'web',
    ScalingProcesses: ['ReplaceUnhealthy'],
  })
})

test('a group with an instance in standby is refused with what can be done about it', async () => {
  const [aside = ''] = idsOf((await described()).instances)
  const standby = { AutoScalingGroupName: 'web', InstanceIds: [aside] }
  await bench.cloud.scaling.enterStandby({ ...standby, ShouldDecrementDesiredCapacity: true })
  await until(async () => (await bench.cloud.members())[aside] === 'Standby/Healthy')
  await expect(fleets.pin(steps(), await described())).rejects.toMatchObject({
    code: 'E_GROUP_NOT_READY',
    message: `web cannot be replaced now: ${aside} is Standby and Healthy`,
    hint: expect.stringMatching(/^take it back \(aws autoscaling exit-standby\)/),
  })
  await bench.cloud.scaling.exitStandby(standby)
  await bench.cloud.settled()
})

test('a scale-out that comes while a group is pinned is seen, and refused', async () => {
  const t = steps()
  const pinning = fleets.pin(t, await described())
  await until(
    async () => (await bench.cloud.group()).Tags?.some(({ Key }) => Key === 'viridian:pin') ?? false,
  )
  await bench.cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 4 })
  await expect(pinning).rejects.toMatchObject({
    code: 'E_GROUP_NOT_READY',
    message: expect.stringMatching('its instances have changed since it was described|wants 4'),
  })
  await t.undo()
  await bench.cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 3 })
  await until(async () => Object.keys(await bench.cloud.members()).length === 3)
  expect((await bench.cloud.settled()).SuspendedProcesses).toEqual([])
})
