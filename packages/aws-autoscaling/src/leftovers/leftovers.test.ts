import { nameFor } from '@viridian/aws'
import type { Going, LeftoverKind } from '@viridian/core'
import { expect, test } from 'vitest'
import { until } from '../../../aws/src/testing/fleet-cloud.ts'
import { nothingGoes, plain } from '../../../aws/src/testing/leftovers.ts'
import { testSteps } from '../../../aws/src/testing/test-steps.ts'
import { pinText, sourceMark } from '../pin-tag.ts'
import { makeRoom } from '../room.ts'
import { fleetBench, fleets } from '../testing/fleet-bench.ts'
import { leftGroups } from './left-groups.ts'
import { leftPins } from './left-pins.ts'
import { leftSources } from './left-sources.ts'
import { leftovers } from './leftovers.ts'

const bench = fleetBench()
const { steps } = bench

/** What a run of its own finds. */
const look = (kind: LeftoverKind, going = nothingGoes) => kind.find(steps(), going)

const run = '20261101-101010-aaaa'
const token = (step: number): string => `${run}-${step.toString(16).padStart(12, '0')}`

async function makeGroup(name: string, tags: Record<string, string>): Promise<void> {
  await bench.cloud.scaling.createAutoScalingGroup({
    ...{ AutoScalingGroupName: name, LaunchConfigurationName: 'web-lc' },
    ...{ MinSize: 0, MaxSize: 1, DesiredCapacity: 0, AvailabilityZones: ['eu-west-1a'] },
    ...{ LoadBalancerNames: ['web'] },
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch: false })),
  })
}

async function groupNames(): Promise<string[]> {
  const { AutoScalingGroups = [] } = await bench.cloud.scaling.describeAutoScalingGroups()
  return AutoScalingGroups.map(({ AutoScalingGroupName = '' }) => AutoScalingGroupName).sort()
}

test('a pin is given back as its tag says, and nothing else', async () => {
  await bench.cloud.scaling.suspendProcesses({
    AutoScalingGroupName: 'web',
    ScalingProcesses: ['AZRebalance'],
  })
  const before = await bench.cloud.settled()
  const t = steps()
  expect(await look(leftPins)).toEqual([])
  await fleets.pin(t, await fleets.describe(t, 'web'))
  const found = await look(leftPins)
  expect(plain(found)).toEqual([
    {
      thing: 'pin/web',
      title: `pin of run ${t.runId} of ${t.by} on group web; AlarmNotification, ScheduledActions, ReplaceUnhealthy suspended; max 6 in place of 4`,
      run: t.runId,
      holds: true,
    },
  ])
  await found[0]?.remove(t)
  expect(await bench.cloud.settled()).toEqual(before)
  await bench.cloud.scaling.resumeProcesses({
    AutoScalingGroupName: 'web',
    ScalingProcesses: ['AZRebalance'],
  })
})

test('with a pin goes what the way back of its run has noted of the max that it has raised', async () => {
  const web = { AutoScalingGroupName: 'web' }
  // As many as it wants: nothing of that is for a person to decide.
  await bench.cloud.scaling.updateAutoScalingGroup({ ...web, MaxSize: 3 })
  const before = await bench.cloud.settled()
  const t = steps()
  await fleets.pin(t, await fleets.describe(t, 'web'))
  await makeRoom(bench.cloud.context(), 'web', 7)
  const [found] = await look(leftPins)
  expect(found).not.toHaveProperty('undecided')
  await found?.remove(t)
  expect(await bench.cloud.settled()).toEqual(before)
  await bench.cloud.scaling.updateAutoScalingGroup({ ...web, MaxSize: 4 })
})

test('a pin in the middle of a deployment is left to a person', async () => {
  const t = steps()
  await fleets.pin(t, await fleets.describe(t, 'web'))
  const [id = ''] = Object.keys(await bench.cloud.members())
  const standby = { AutoScalingGroupName: 'web', InstanceIds: [id] }
  await bench.cloud.scaling.enterStandby({ ...standby, ShouldDecrementDesiredCapacity: true })
  const undecided = async () => (await look(leftPins))[0]?.undecided
  expect(await undecided()).toMatch(new RegExp(`^${id} is in standby: take back .* exit-standby`))
  expect((await look(leftPins))[0]?.title).toMatch(new RegExp(`; ${id} in standby$`))
  await until(async () => (await bench.cloud.members())[id]?.startsWith('Standby/') === true)
  await bench.cloud.scaling.exitStandby(standby)
  const wants = (DesiredCapacity: number) =>
    bench.cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity })
  await wants(5)
  expect(await undecided()).toMatch(/^it wants 5, and its max was 4: detach/)
  await wants(3)
  await t.undo()
  await until(async () => Object.keys(await bench.cloud.members()).length === 3)
  await bench.cloud.settled()
})

test('a pin that no run has written, and one of a retired group, are not taken for a pin', async () => {
  const t = steps()
  const tag = (Value: string) => ({
    ...{ ResourceId: 'web', ResourceType: 'auto-scaling-group' },
    Key: 'viridian:pin',
    Value,
  })
  await bench.cloud.scaling.createOrUpdateTags({ Tags: [{ ...tag('hands off'), PropagateAtLaunch: false }] })
  expect(plain(await look(leftPins))).toMatchObject([
    { run: '', undecided: expect.stringContaining('what no run has written') },
  ])
  await bench.cloud.scaling.deleteTags({ Tags: [tag('hands off')] })
  const pin = JSON.stringify({ run, max: 3, processes: ['AlarmNotification'] })
  await makeGroup('old', { 'viridian:pin': pin, 'viridian:retired': JSON.stringify({ run, since: 'then' }) })
  await bench.cloud.scaling.suspendProcesses({
    AutoScalingGroupName: 'old',
    ScalingProcesses: ['AlarmNotification'],
  })
  const [found] = await look(leftPins)
  await found?.remove(t)
  const { AutoScalingGroups: [old] = [] } = await bench.cloud.scaling.describeAutoScalingGroups({
    AutoScalingGroupNames: ['old'],
  })
  expect(old?.Tags?.map(({ Key }) => Key)).toEqual(['viridian:retired'])
  expect(old?.MaxSize).toBe(1)
  // A retired group must not wake up.
  expect(old?.SuspendedProcesses?.map(({ ProcessName }) => ProcessName)).toEqual(['AlarmNotification'])
  await bench.cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: 'old' })
})

test('groups that are retired, or that a run has died over, are removed; one that may sleep is left to a person', async () => {
  const t = steps()
  const since = '2026-11-02T00:00:00.000Z'
  const needed = ['balancer/web', 'launch-configuration/web-lc']
  await makeGroup('died', { 'viridian:run': run })
  await makeGroup('retired', {
    'viridian:run': '20261031-101010-bbbb',
    'viridian:retired': JSON.stringify({ run, since }),
    'viridian:retired-for': 'web',
  })
  await makeGroup('asleep', { 'viridian:run': run })
  await bench.cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'asleep', DesiredCapacity: 1 })
  const byName = async (name: string) =>
    plain(await look(leftGroups)).find(({ thing }) => thing === `group/${name}`)
  expect(await byName('asleep')).toMatchObject({ inUse: 'it has 1 instance' })
  // Only what has begun to launch tells later that it was there.
  const { scaling } = bench.cloud
  const activities = () => scaling.describeScalingActivities({ AutoScalingGroupName: 'asleep' })
  await until(async () => ((await activities()).Activities ?? []).length > 0)
  await bench.cloud.scaling.setDesiredCapacity({ AutoScalingGroupName: 'asleep', DesiredCapacity: 0 })
  await until(async () => (await byName('asleep'))?.inUse === undefined)
  expect(await byName('asleep')).toMatchObject({ undecided: expect.stringMatching(/has had instances/) })
  expect(await byName('died')).toEqual({ thing: 'group/died', title: 'group died, empty', run, needed })
  expect(await byName('retired')).toEqual({
    ...{ thing: 'group/retired', title: 'group retired, retired', run, since, needed },
  })
  expect(await byName('web')).toBeUndefined()
  for (const { thing, remove } of await look(leftGroups)) if (thing !== 'group/asleep') await remove(t)
  expect(await groupNames()).toEqual(['asleep', 'web'])
})

test('launch sources that runs have made, or that a removed group needed, are removed unless a group launches from them', async () => {
  const t = steps()
  const configuration = async (LaunchConfigurationName: string): Promise<void> => {
    await bench.cloud.scaling.createLaunchConfiguration({
      ...{ LaunchConfigurationName, ImageId: bench.cloud.image, InstanceType: 't3.micro' },
    })
  }
  const names = [1, 2].map((step) => nameFor('web-lc', token(step), 255))
  for (const name of [...names, 'own']) await configuration(name)
  await makeGroup('user', {})
  await bench.cloud.scaling.updateAutoScalingGroup({
    ...{ AutoScalingGroupName: 'user', LaunchConfigurationName: names[1] },
  })
  const data = { LaunchTemplateData: { ImageId: bench.cloud.image, InstanceType: 't3.micro' as const } }
  const { LaunchTemplate } = await bench.cloud.ec2.createLaunchTemplate({
    ...{ LaunchTemplateName: 'web', ...data, VersionDescription: nameFor('web', token(3), 255) },
  })
  const { LaunchTemplateId: id = '' } = LaunchTemplate ?? {}
  for (const [group, step] of [
    ['web', 4],
    ['shop', 5],
  ] as const)
    await bench.cloud.ec2.createLaunchTemplateVersion({
      ...{ LaunchTemplateId: id, ...data, VersionDescription: nameFor(group, token(step), 255) },
    })
  const found = plain(await look(leftSources))
  expect(found).toEqual([
    {
      thing: `launch-configuration/${names[0]}`,
      title: `launch configuration ${names[0]}`,
      run,
      series: 'web-lc',
    },
    {
      ...{ thing: `launch-configuration/${names[1]}`, title: `launch configuration ${names[1]}`, run },
      ...{ series: 'web-lc', inUse: 'group user launches from it' },
    },
    ...['3', '2', '1'].map((version) => ({
      ...{
        thing: `launch-template/${id}#${version}`,
        title: `launch template version web:${version}`,
        run,
        series: `${id} ${version === '3' ? 'shop' : 'web'}`,
      },
      ...(version === '1' && { inUse: 'it is the default of its template' }),
    })),
  ])
  const user = { AutoScalingGroupName: 'user' }
  const newest = { LaunchTemplateId: id, Version: '$Latest' }
  await bench.cloud.scaling.updateAutoScalingGroup({ ...user, LaunchTemplate: newest })
  expect(plain(await look(leftSources))).toContainEqual(
    expect.objectContaining({ thing: `launch-template/${id}#3`, inUse: 'group user launches from it' }),
  )
  await bench.cloud.scaling.updateAutoScalingGroup({ ...user, LaunchConfigurationName: names[1] })
  const going: Going = {
    things: ['group/user'],
    named: (kind) => (kind === 'group' ? ['user'] : []),
    needed: (kind) => (kind === 'launch-configuration' ? ['own'] : []),
  }
  const without = plain(await look(leftSources, going)).map(({ thing, inUse }) => [thing, inUse])
  expect(without).toContainEqual(['launch-configuration/own', undefined])
  expect(without).toContainEqual([`launch-configuration/${names[1]}`, undefined])
  // What a run, also one of another machine, has pointed its group away from, as long as its pin stands.
  const source = sourceMark({ kind: 'launchConfiguration', name: names[1] ?? '' })
  const pin = {
    ...{ ResourceId: 'user', ResourceType: 'auto-scaling-group', Key: 'viridian:pin' },
    Value: pinText({ run, max: 1, processes: [], source }),
  }
  await bench.cloud.scaling.createOrUpdateTags({ Tags: [{ ...pin, PropagateAtLaunch: false }] })
  await bench.cloud.scaling.updateAutoScalingGroup({
    ...{ AutoScalingGroupName: 'user', LaunchConfigurationName: names[0] },
  })
  const userOf = async (going: Going) =>
    (await look(leftSources, going)).find(({ thing }) => thing.endsWith(`/${names[1]}`))?.inUse
  expect(await userOf(nothingGoes)).toBe(`run ${run} holds group user, and may point it back at it`)
  const unpinned = { ...nothingGoes, named: (kind: string) => (kind === 'pin' ? ['user'] : []) }
  expect(await userOf(unpinned)).toBeUndefined()
  await bench.cloud.scaling.deleteTags({ Tags: [pin] })
  await bench.cloud.scaling.updateAutoScalingGroup({
    ...{ AutoScalingGroupName: 'user', LaunchConfigurationName: names[1] },
  })
  for (const { inUse, remove } of await look(leftSources)) if (inUse === undefined) await remove(t)
  expect(plain(await look(leftSources)).map(({ thing }) => thing)).toEqual([
    `launch-configuration/${names[1]}`,
    `launch-template/${id}#1`,
  ])
})

test('a run reads the groups once, whatever it looks for', async () => {
  const context = bench.cloud.context()
  const t = testSteps(context)
  for (const kind of leftovers) await kind.find(t, nothingGoes)
  const calls = context.events.map(({ data }) => data.operation)
  expect(calls.filter((operation) => operation === 'DescribeAutoScalingGroups')).toHaveLength(1)
})
