import { expect, test } from 'vitest'
import { until } from '../../../aws/src/testing/fleet-cloud.ts'
import { fleetBench, fleets } from '../testing/fleet-bench.ts'
import { halvesOf } from './retire-fleet.ts'

const bench = fleetBench()
const { groupOf, steps } = bench

test('a fleet shrinks by halves', () => {
  expect(halvesOf(8)).toEqual([4, 2, 1, 0])
  expect(halvesOf(3)).toEqual([1, 0])
  expect(halvesOf(0)).toEqual([])
})

test('a fleet is whole when all that it wants is in service and healthy', async () => {
  const t = steps()
  const web = await fleets.describe(t, 'web')
  await fleets.whole(t, web)
  const launches = { AutoScalingGroupName: 'web', ScalingProcesses: ['Launch'] }
  await bench.cloud.scaling.suspendProcesses(launches)
  await bench.cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 4 })
  await expect(fleets.whole(t, web)).rejects.toMatchObject({
    code: 'E_GROUP_NOT_WHOLE',
    message: expect.stringContaining('it has 3 instances and wants 4'),
  })
  await bench.cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 3 })
  await bench.cloud.scaling.resumeProcesses(launches)
  const [{ id } = { id: '' }] = web.instances
  await bench.cloud.scaling.enterStandby({
    ...{ AutoScalingGroupName: 'web', InstanceIds: [id], ShouldDecrementDesiredCapacity: true },
  })
  await expect(fleets.whole(t, web)).rejects.toMatchObject({
    message: expect.stringMatching(new RegExp(`${id} is (EnteringStandby|Standby) and`)),
  })
  await until(async () => (await bench.cloud.members())[id]?.startsWith('Standby/') === true)
  await bench.cloud.scaling.exitStandby({ AutoScalingGroupName: 'web', InstanceIds: [id] })
  await bench.cloud.settled()
})

test('a fleet with instances is not removed', async () => {
  const t = steps()
  await expect(fleets.removable(t, [await fleets.describe(t, 'web')])).rejects.toMatchObject({
    code: 'E_GROUP_IN_USE',
  })
  await expect(fleets.remove(t, await fleets.describe(t, 'web'))).rejects.toMatchObject({
    code: 'E_GROUP_IN_USE',
    hint: expect.stringContaining('zero'),
  })
  expect(await groupOf('web')).toMatchObject({ DesiredCapacity: 3 })
})

test('a pinned fleet goes to zero, protected or not, and is found as retired', async () => {
  const t = steps()
  const blue = await fleets.describe(t, 'web')
  await fleets.pin(t, blue, { room: 0, heals: true })
  const [held] = blue.instances
  await bench.cloud.scaling.setInstanceProtection({
    AutoScalingGroupName: 'web',
    InstanceIds: [held?.id ?? ''],
    ProtectedFromScaleIn: true,
  })
  const successor = 'web--'.padEnd(255, 'x')
  await bench.cloud.lose(
    'SetInstanceProtection',
    'UpdateAutoScalingGroup',
    'CreateOrUpdateTags',
    'DeleteTags',
  )
  await fleets.scaleToZero(t, blue, { successor, record: 'www.example.com.', since: new Date(0) })
  expect(t.taken.filter((title) => /^(let|see) .*(want|left)/.test(title))).toEqual([
    'let web want 3, and 0 at least',
    'let web want 1, and 0 at least',
    'see 1 left in web',
    'let web want 0, and 0 at least',
    'see none left in web',
  ])
  const group = await groupOf('web')
  expect(group).toMatchObject({ MinSize: 0, DesiredCapacity: 0, Instances: [] })
  const suspended = group?.SuspendedProcesses?.map(({ ProcessName }) => ProcessName)
  expect(suspended?.sort()).toEqual(['AZRebalance', 'AlarmNotification', 'ScheduledActions'])
  expect(group?.Tags?.map(({ Key }) => Key)).not.toContain('viridian:pin')

  const told = { run: t.runId, successor, record: 'www.example.com.', since: '1970-01-01T00:00:00.000Z' }
  expect(await fleets.retired(t)).toEqual([
    { fleet: expect.objectContaining({ name: 'web', desired: 0, instances: [] }), ...told },
  ])
  expect(await fleets.retired(t, { record: 'www.example.com.' })).toHaveLength(1)
  expect(await fleets.retired(t, { record: 'WWW.example.com' })).toHaveLength(1)
  expect(await fleets.retired(t, { record: 'other.example.com.' })).toEqual([])
  const [balancer] = blue.loadBalancers
  if (!balancer) throw new Error('web is behind no balancer')
  await expect(fleets.behind(t, balancer)).rejects.toMatchObject({
    code: 'E_GROUP_NONE',
    message: `web, which is behind web, is retired: run ${t.runId} has put ${successor} in its place`,
    hint: `point the name at the balancer of ${successor}, which serves now`,
  })
})

test('a retired fleet is not replaced once more', async () => {
  const t = steps()
  await expect(fleets.pin(t, await fleets.describe(t, 'web'))).rejects.toMatchObject({
    code: 'E_GROUP_NOT_READY',
    message: 'web cannot be replaced now: a replica has taken its place',
    hint: expect.stringMatching(/^deploy to web--x+$/),
  })
})

test('a fleet that is empty and wants nothing may be removed', async () => {
  const t = steps()
  const web = await fleets.describe(t, 'web')
  await fleets.removable(t, [web])
  await bench.cloud.scaling.suspendProcesses({ AutoScalingGroupName: 'web', ScalingProcesses: ['Launch'] })
  await bench.cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 1 })
  await expect(fleets.removable(t, [web])).rejects.toMatchObject({
    code: 'E_GROUP_IN_USE',
    message: expect.stringContaining('1 on their way'),
  })
  await bench.cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 0 })
  await bench.cloud.scaling.resumeProcesses({ AutoScalingGroupName: 'web', ScalingProcesses: ['Launch'] })
})

test('a retired fleet is removed with its launch configuration', async () => {
  const t = steps()
  const [found] = await fleets.retired(t)
  if (!found) throw new Error('nothing is retired')
  await bench.cloud.lose('DeleteAutoScalingGroup', 'DeleteLaunchConfiguration')
  await fleets.remove(t, found.fleet)
  expect(await groupOf('web')).toBeUndefined()
  const { LaunchConfigurations } = await bench.cloud.scaling.describeLaunchConfigurations()
  expect(LaunchConfigurations).toEqual([])
  expect(await fleets.retired(t)).toEqual([])
})
