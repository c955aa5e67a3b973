import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet } from '@viridian/aws'
import { expect, test } from 'vitest'
import { until } from '../../aws/src/testing/fleet-cloud.ts'
import type { TestSteps } from '../../aws/src/testing/test-steps.ts'
import { attachInstances } from './attach-instances.ts'
import { setGroupLaunch } from './group-launch.ts'
import { notServing } from './not-serving.ts'
import { enterStandby } from './standby.ts'
import { fleetBench, fleets, idsOf } from './testing/fleet-bench.ts'

const bench = fleetBench()
const { steps } = bench

/*
 * What somebody else has done to a group while its way back was kept open: blue is whole again before green is taken
 * away, and the group ends as it wanted to be.
 */

const resize = (sizes: { MinSize?: number; MaxSize?: number; DesiredCapacity?: number }) =>
  bench.cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', ...sizes })

const healthBy = (HealthCheckType: 'EC2' | 'ELB') =>
  bench.cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', HealthCheckType })

interface Kept {
  readonly t: TestSteps
  readonly blue: Fleet
  readonly green: string[]
}

/** Green serves, blue stands by. */
async function kept(): Promise<Kept> {
  await bench.cloud.settled()
  const t = steps()
  const blue = await fleets.describe(t, 'web')
  await fleets.pin(t, blue)
  const green = await bench.cloud.launch(3)
  const refs = green.map((id) => ({ id }))
  await fleets.attach(t, blue, refs)
  await untilServing(green)
  await fleets.relaunchWith(t, blue, bench.cloud.image)
  await fleets.standby(t, blue, blue.instances)
  return { t, blue, green }
}

const untilServing = (ids: readonly string[]): Promise<void> =>
  until(async () => {
    const serving = await bench.cloud.serving()
    return ids.every((id) => serving.includes(id))
  })

/** Goes back; returns how few served at the least meanwhile. */
async function goBack({ t, green }: Kept): Promise<{ reports: unknown[]; fewest: number }> {
  let fewest = Number.POSITIVE_INFINITY
  let over = false
  const watched = (async () => {
    // Without a pause the looks would take the processor that the way back needs. A health check comes every 100 ms.
    for (; !over; await sleep(20)) fewest = Math.min(fewest, (await bench.cloud.serving()).length)
  })()
  try {
    const reports = (await t.undo()).filter((report) => report !== undefined)
    return { reports, fewest }
  } finally {
    over = true
    await watched
    await bench.cloud.terminate(green)
  }
}

/** The group is three of the old source's, and as before. */
async function expectBlue({ blue, green }: Kept, wanted = 3): Promise<void> {
  const group = await bench.cloud.settled()
  expect(group).toMatchObject({
    DesiredCapacity: wanted,
    MaxSize: blue.max,
    LaunchConfigurationName: 'web-lc',
    SuspendedProcesses: [],
  })
  expect(group.Tags?.map(({ Key }) => Key).sort()).toEqual(['note', 'team'])
  expect(group.Instances?.map(({ LaunchConfigurationName }) => LaunchConfigurationName)).toEqual(
    Array.from({ length: wanted }, () => 'web-lc'),
  )
  const members = Object.keys(await bench.cloud.members()).sort()
  expect(members.filter((id) => green.includes(id))).toEqual([])
  expect(await bench.cloud.registered()).toEqual(members)
}

/** How instances in standby may end: nobody looks whether they have, but when their group itself ends them. */
const ends = {
  terminated: (ids: string[]) => bench.cloud.terminate(ids),
  stopped: (ids: string[]) => bench.cloud.ec2.stopInstances({ InstanceIds: ids }),
  'ended by the group': (ids: string[]) =>
    Promise.all(
      ids.map((InstanceId) =>
        bench.cloud.scaling.terminateInstanceInAutoScalingGroup({
          InstanceId,
          ShouldDecrementDesiredCapacity: false,
        }),
      ),
    ),
}

async function end(ids: string[], how: keyof typeof ends = 'terminated'): Promise<void> {
  await ends[how](ids)
  await until(async () =>
    (await bench.cloud.states(ids)).every((state) => /^(terminated|stopped)$/.test(state)),
  )
}

test.each([
  { dead: 1, min: 0, how: 'terminated' },
  { dead: 1, min: 3, how: 'ended by the group' },
  { dead: 2, min: 0, how: 'stopped' },
  { dead: 3, min: 0, how: 'ended by the group' },
  { dead: 3, min: 3, how: 'terminated' },
] as const)(
  'of blue $dead were $how in standby, min is $min: others are launched before green goes',
  async ({ dead, min, how }) => {
    await resize({ MinSize: min })
    const state = await kept()
    await end(idsOf(state.blue.instances).slice(0, dead), how)
    const { fewest, reports } = await goBack(state)
    expect(reports).toEqual([{ leftAlone: expect.stringMatching(/^lost since: i-/) }])
    expect(fewest).toBeGreaterThanOrEqual(3)
    await expectBlue(state)
    await resize({ MinSize: 2 })
  },
)

test('of blue one has died, and the group is kept from launching another: that is said before anything goes', async () => {
  const state = await kept()
  await end(idsOf(state.blue.instances).slice(0, 1), 'ended by the group')
  await until(async () => Object.keys(await bench.cloud.members()).length === 5)
  await state.t.seeUndoable()
  const launch = { AutoScalingGroupName: 'web', ScalingProcesses: ['Launch'] }
  await bench.cloud.scaling.suspendProcesses(launch)
  await expect(state.t.seeUndoable()).rejects.toMatchObject({
    code: 'E_GROUP_LAUNCHES_NONE',
    message: 'web has to launch 1 before it can go back, and its process Launch is suspended',
    hint: expect.stringMatching(/^aws autoscaling resume-processes .* tasks rollback$/),
  })
  await bench.cloud.scaling.resumeProcesses(launch)
  await goBack(state)
  await expectBlue(state)
})

test('the group has launched green, and is kept from launching anything: that is said before anything goes', async () => {
  const state = await kept()
  await resize({ MaxSize: 6, DesiredCapacity: 4 })
  await until(async () => Object.keys(await bench.cloud.members()).length === 7)
  await state.t.seeUndoable()
  const launch = { AutoScalingGroupName: 'web', ScalingProcesses: ['Launch'] }
  await bench.cloud.scaling.suspendProcesses(launch)
  await expect(state.t.seeUndoable()).rejects.toMatchObject({ code: 'E_GROUP_LAUNCHES_NONE' })
  await bench.cloud.scaling.resumeProcesses(launch)
  await goBack(state)
  await expectBlue(state, 4)
  await resize({ MaxSize: 4, DesiredCapacity: 3 })
})

test('of blue one has died while the group was scaled out: it ends with as many as it wanted', async () => {
  const state = await kept()
  await resize({ MaxSize: 6, DesiredCapacity: 4 })
  await end(idsOf(state.blue.instances).slice(0, 1))
  const { fewest } = await goBack(state)
  expect(fewest).toBeGreaterThanOrEqual(3)
  await expectBlue(state, 4)
  await resize({ MaxSize: 4, DesiredCapacity: 3 })
})

test('of blue one is unhealthy: another is launched in its place before green goes', async () => {
  const state = await kept()
  const [sick = ''] = idsOf(state.blue.instances)
  await bench.cloud.scaling
    .exitStandby({ AutoScalingGroupName: 'web', InstanceIds: [sick] })
    .catch(() => undefined)
  await bench.cloud.scaling.setInstanceHealth({
    InstanceId: sick,
    HealthStatus: 'Unhealthy',
    ShouldRespectGracePeriod: false,
  })
  const { fewest } = await goBack(state)
  expect(fewest).toBeGreaterThanOrEqual(3)
  await expectBlue(state)
  expect(Object.keys(await bench.cloud.members())).not.toContain(sick)
})

test('as long as blue cannot be whole, green stays', async () => {
  const state = await kept()
  await end(idsOf(state.blue.instances).slice(0, 1))
  await bench.cloud.scaling.suspendProcesses({ AutoScalingGroupName: 'web', ScalingProcesses: ['Launch'] })
  const back = goBack(state)
  await until(async () => {
    const { DesiredCapacity, Instances = [] } = await bench.cloud.group()
    return DesiredCapacity === 6 && Instances.length === 5
  })
  expect(Object.keys(await bench.cloud.members())).toEqual(expect.arrayContaining(state.green))
  await bench.cloud.scaling.resumeProcesses({ AutoScalingGroupName: 'web', ScalingProcesses: ['Launch'] })
  await back
  await expectBlue(state)
})

test('green has died, and one of blue: the rest of blue serves at once, and is made whole', async () => {
  const state = await kept()
  await end([...state.green, ...idsOf(state.blue.instances).slice(0, 1)])
  await until(async () => {
    const members = await bench.cloud.members()
    return state.green.every((id) => members[id] !== 'InService/Healthy')
  })
  await goBack(state)
  await expectBlue(state)
})

test('whom the group has launched from the new source meanwhile is replaced, and nobody lacks', async () => {
  const state = await kept()
  await resize({ MaxSize: 12, DesiredCapacity: 6 })
  await until(async () => Object.keys(await bench.cloud.members()).length === 9)
  const { fewest, reports } = await goBack(state)
  expect(reports).toEqual([{ leftAlone: expect.stringMatching('max of web is 12 now') }])
  expect(fewest).toBeGreaterThanOrEqual(3)
  await resize({ MaxSize: 6, DesiredCapacity: 6 })
  await expectBlue({ ...state, blue: { ...state.blue, max: 6 } }, 6)
  await resize({ MaxSize: 4, DesiredCapacity: 3 })
  await until(async () => Object.keys(await bench.cloud.members()).length === 3)
})

test('when the group was scaled meanwhile, max makes room for blue and is given back', async () => {
  const state = await kept()
  await resize({ MaxSize: 6, DesiredCapacity: 4 })
  await until(async () => Object.keys(await bench.cloud.members()).length === 7)
  const { fewest } = await goBack(state)
  expect(fewest).toBeGreaterThanOrEqual(3)
  await expectBlue(state, 4)
  await resize({ DesiredCapacity: 3 })
})

test('a balancer that was taken from the group meanwhile is not waited for', async () => {
  const state = await kept()
  const bound = { AutoScalingGroupName: 'web', LoadBalancerNames: ['web'] }
  await bench.cloud.scaling.detachLoadBalancers(bound)
  await until(async () => (await bench.cloud.registered()).length === 0)
  await state.t.undo()
  await bench.cloud.terminate(state.green)
  // The group would replace whom the balancer does not send anybody to yet.
  await healthBy('EC2')
  await bench.cloud.scaling.attachLoadBalancers(bound)
  await until(async () => (await bench.cloud.serving()).length === 3)
  await healthBy('ELB')
  await expectBlue(state)
}, 30_000)

test('what it launched from is gone: that is said, and from what somebody points it at, all is taken back', async () => {
  const state = await kept()
  await resize({ MaxSize: 6, DesiredCapacity: 4 })
  await until(async () => Object.keys(await bench.cloud.members()).length === 7)
  const { LaunchConfigurations: [old] = [] } = await bench.cloud.scaling.describeLaunchConfigurations({
    LaunchConfigurationNames: ['web-lc'],
  })
  const {
    LaunchConfigurationARN: _arn,
    CreatedTime: _time,
    KernelId: _kernel,
    RamdiskId: _disk,
    ...settings
  } = old ?? {}
  const like = (LaunchConfigurationName: string) =>
    bench.cloud.scaling.createLaunchConfiguration({
      ...settings,
      KeyName: undefined,
      LaunchConfigurationName,
    })
  const pointAt = (LaunchConfigurationName: string) =>
    bench.cloud.scaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', LaunchConfigurationName })
  await bench.cloud.scaling.deleteLaunchConfiguration({ LaunchConfigurationName: 'web-lc' })
  const gone = {
    code: 'E_LAUNCH_GONE',
    message: 'web cannot be pointed back at web-lc',
    hint: expect.stringMatching(/point the group at another one .* tasks rollback$/),
  }
  await expect(state.t.seeUndoable()).rejects.toMatchObject(gone)
  await expect(state.t.undo()).rejects.toMatchObject(gone)
  await like('other')
  await pointAt('other')
  await state.t.seeUndoable()
  const { reports } = await goBack(state)
  expect(reports).toContainEqual({ leftAlone: 'web launches from other now: somebody has changed it' })
  const { Instances = [] } = await bench.cloud.settled()
  const sources = Instances.map(({ LaunchConfigurationName }) => LaunchConfigurationName)
  expect(sources.sort()).toEqual(['other', 'web-lc', 'web-lc', 'web-lc'])
  await like('web-lc')
  await pointAt('web-lc')
})

test('as long as blue does not serve, the group goes on launching green, and what was attached stays', () => {
  const web = { group: 'web', ids: [], loadBalancers: [], leaveWithinMs: 0 }
  const source = { kind: 'launchConfiguration' as const, name: 'web-lc--1' }
  const standby = enterStandby.touches(web, null)
  const relaunch = setGroupLaunch.touches({ ...web, source, own: true }, null)
  const attach = attachInstances.touches({ ...web, green: [], wanted: 3 }, null)
  expect(standby.filter((thing) => relaunch.includes(thing))).not.toEqual([])
  expect(relaunch.filter((thing) => attach.includes(thing))).not.toEqual([])
})

test('a balancer that somebody has deleted, and that the group is still bound to, is not waited for', async () => {
  await bench.cloud.settled()
  const blue = await fleets.describe(steps(), 'web')
  const gone = blue.loadBalancers.map((balancer) => ({ ...balancer, name: 'gone' }))
  const bound = { LoadBalancerNames: ['gone'], TargetGroupARNs: [], TrafficSources: [] }
  const ids = blue.instances.map(({ id }) => id)
  expect(await notServing(bench.cloud.context(), bound, gone, ids)).toEqual({ ids: [], texts: [] })
})
