import { expect, test, vi } from 'vitest'
import { until, userData } from '../../aws/src/testing/fleet-cloud.ts'
import { fleetBench, fleets, idsOf } from './testing/fleet-bench.ts'

const bench = fleetBench()
const { described, steps } = bench

test('attach, relaunch and standby, and the way back', async () => {
  const before = await bench.cloud.settled()
  const registered = await bench.cloud.registered()
  const t = steps()
  const blue = await described()
  await fleets.pin(t, blue)
  const green = (await bench.cloud.launch(3)).map((id) => ({ id }))
  await fleets.attach(t, blue, green)
  expect((await bench.cloud.group()).DesiredCapacity).toBe(6)
  expect(await bench.cloud.registered()).toEqual([...registered, ...idsOf(green)].sort())

  await fleets.relaunchWith(t, blue, bench.cloud.image)
  const { LaunchConfigurationName: copyName = '' } = await bench.cloud.group()
  expect(copyName).toMatch(/^web-lc--20261123-/)
  const { LaunchConfigurations: [copy, original] = [] } =
    await bench.cloud.scaling.describeLaunchConfigurations({
      LaunchConfigurationNames: [copyName, 'web-lc'],
    })
  const own = { LaunchConfigurationName: '', LaunchConfigurationARN: '', CreatedTime: '' }
  expect({ ...copy, ...own }).toEqual({ ...original, ...own })
  expect(copy?.UserData).toBe(userData)

  await fleets.standby(t, blue, blue.instances)
  expect((await bench.cloud.group()).DesiredCapacity).toBe(3)
  expect(await bench.cloud.registered()).toEqual(idsOf(green).sort())
  const states = await bench.cloud.members()
  for (const { id } of blue.instances) expect(states[id]).toBe('Standby/Healthy')

  expect((await t.undo()).filter((report) => report !== undefined)).toEqual([])
  expect(await bench.cloud.settled()).toEqual(before)
  expect(await bench.cloud.registered()).toEqual(registered)
  const left = await bench.cloud.scaling.describeLaunchConfigurations({
    LaunchConfigurationNames: [copyName],
  })
  expect(left.LaunchConfigurations).toEqual([])
  expect(await bench.cloud.states(idsOf(green))).toEqual(['running', 'running', 'running'])
  await bench.cloud.terminate(idsOf(green))
})

test('every answer may be lost once, on the way there and on the way back', async () => {
  const before = await bench.cloud.settled()
  const t = steps()
  const blue = await described()
  const green = (await bench.cloud.launch(3)).map((id) => ({ id }))
  await bench.cloud.lose('CreateOrUpdateTags', 'SuspendProcesses', 'UpdateAutoScalingGroup')
  await fleets.pin(t, blue)
  await bench.cloud.lose('AttachInstances')
  await fleets.attach(t, blue, green)
  await bench.cloud.lose('CreateLaunchConfiguration', 'UpdateAutoScalingGroup')
  await fleets.relaunchWith(t, blue, bench.cloud.image)
  await bench.cloud.lose('EnterStandby')
  await fleets.standby(t, blue, blue.instances)
  expect((await bench.cloud.group()).DesiredCapacity).toBe(3)

  await bench.cloud.lose('ExitStandby', 'DetachInstances', 'DeleteLaunchConfiguration', 'DeleteTags')
  await bench.cloud.lose('UpdateAutoScalingGroup', 'ResumeProcesses')
  await t.undo()
  expect(await bench.cloud.settled()).toEqual(before)
  await bench.cloud.terminate(idsOf(green))
})

test('one that dies while it is attached is told at once, and nobody takes its place', async () => {
  const before = await bench.cloud.settled()
  const t = steps()
  const blue = await described()
  await fleets.pin(t, blue)
  const green = (await bench.cloud.launch(2)).map((id) => ({ id }))
  const [doomed = ''] = idsOf(green)
  // Until time goes on nobody comes into service.
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const attaching = fleets.attach(t, blue, green)
    await until(async () => doomed in (await bench.cloud.members()))
    await bench.cloud.terminate([doomed])
    await expect(attaching).rejects.toMatchObject({
      code: 'E_INSTANCE_LOST',
      message: expect.stringContaining(doomed),
    })
  } finally {
    vi.useRealTimers()
  }
  await t.undo()
  expect(await bench.cloud.settled()).toEqual(before)
  await bench.cloud.terminate(idsOf(green))
})

test('those that have died in standby, seen or not, take nobody with them when they are retired', async () => {
  const t = steps()
  const blue = await described()
  const pin = await fleets.pin(t, blue)
  const green = (await bench.cloud.launch(3)).map((id) => ({ id }))
  await fleets.attach(t, blue, green)
  await fleets.standby(t, blue, blue.instances)
  const [dead = '', going = ''] = idsOf(blue.instances)
  await bench.cloud.terminate([dead])
  await until(async () => (await bench.cloud.states([dead]))[0] === 'terminated')
  await bench.cloud.scaling.terminateInstanceInAutoScalingGroup({
    InstanceId: going,
    ShouldDecrementDesiredCapacity: false,
  })
  await until(async () => (await bench.cloud.members())[going] !== 'Standby/Healthy')
  await fleets.retire(t, blue, blue.instances)
  await fleets.unpin(t, pin)
  expect(await bench.cloud.group()).toMatchObject({ DesiredCapacity: 3 })
  expect(Object.keys(await bench.cloud.members()).sort()).toEqual(idsOf(green).sort())
})

test('attach goes in chunks of twenty', async () => {
  const t = steps()
  const blue = await described()
  await fleets.pin(t, blue, { room: 21 })
  const green = (await bench.cloud.launch(21)).map((id) => ({ id }))
  await fleets.attach(t, blue, green)
  expect(t.taken.filter((title) => title.startsWith('attach'))).toEqual([
    'attach 20 to web',
    'attach 1 to web',
  ])
  await t.undo()
  expect(Object.keys(await bench.cloud.members()).sort()).toEqual(idsOf(blue.instances).sort())
  await bench.cloud.terminate(idsOf(green))
})

test('retire ends exactly the victims, in standby or in service, and nobody takes their place', async () => {
  const t = steps()
  const blue = await described()
  const pin = await fleets.pin(t, blue)
  const green = (await bench.cloud.launch(3)).map((id) => ({ id }))
  await fleets.attach(t, blue, green)
  const [serving, ...aside] = blue.instances
  await fleets.standby(t, blue, aside)
  await fleets.retire(t, blue, [...aside, ...(serving ? [serving] : [])])
  await fleets.unpin(t, pin)
  await until(async () =>
    (await bench.cloud.states(idsOf(blue.instances))).every((state) => state === 'terminated'),
  )
  const group = await bench.cloud.group()
  expect(group).toMatchObject({ MinSize: 2, MaxSize: 4, DesiredCapacity: 3, SuspendedProcesses: [] })
  expect(Object.keys(await bench.cloud.members()).sort()).toEqual(idsOf(green).sort())
})

test('a way back that is partly gone already is finished, and says what it left alone', async () => {
  const t = steps()
  const blue = await described()
  const [kept, returned, ended] = idsOf(blue.instances)
  if (!kept || !returned || !ended) throw new Error('the group has lost some')
  const pin = await fleets.pin(t, blue)
  const green = (await bench.cloud.launch(3)).map((id) => ({ id }))
  await fleets.attach(t, blue, green)
  await fleets.standby(t, blue, [{ id: kept }, { id: returned }, { id: ended }])
  await bench.cloud.scaling.exitStandby({ AutoScalingGroupName: 'web', InstanceIds: [returned] })
  await bench.cloud.scaling.terminateInstanceInAutoScalingGroup({
    InstanceId: ended,
    ShouldDecrementDesiredCapacity: false,
  })
  const [lost = ''] = idsOf(green)
  await bench.cloud.terminate([lost])
  expect((await t.undo()).filter((report) => report !== undefined)).toEqual([
    { leftAlone: expect.stringMatching(`^lost since: ${ended} is (not in the group|Terminating)`) },
  ])
  const members = Object.keys(await bench.cloud.members())
  expect(members).toHaveLength(3)
  expect(members).toEqual(expect.arrayContaining([kept, returned]))
  expect(await bench.cloud.registered()).toEqual(members.sort())
  expect(await bench.cloud.group()).toMatchObject({ MaxSize: pin.max.from, SuspendedProcesses: [] })
  await bench.cloud.terminate(idsOf(green))
})
