import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { autoScaling } from '@viridian/aws-autoscaling'
import { cloudWatch } from '@viridian/aws-cloudwatch'
import { ec2 } from '@viridian/aws-ec2'
import { elb } from '@viridian/aws-elb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Account } from '../account.ts'
import { type JsonEvent, type JsonResult, Project } from '../project.ts'
import { Moto } from './moto.ts'
import { changes, mirroring, replacing, templateChanges, waysBack } from './moto-calls.ts'
import { differences } from './moto-differences.ts'
import { final, isOfCleanUp, notPlanned, notTaken } from './moto-steps.ts'
import { Python } from './python.ts'

const definitions = [autoScaling(), ec2(), elb(), cloudWatch()].flatMap(({ steps = [] }) => steps)
const seen = {
  taken: new Set<string>(),
  planned: new Set<string>(),
  found: new Set<string>(),
  undone: new Set<string>(),
}
let python: Python
let moto: Moto
let project: Project
let account: Account

beforeAll(async () => {
  python = await Python.open()
  moto = await Moto.start(python)
  process.env.MOTO_ENDPOINT = moto.access.endpoint
  const config = join(import.meta.dirname, 'moto-project/tasks.config.ts')
  project = await Project.of({ 'tasks.config.ts': await readFile(config, 'utf8') })
  account = new Account(moto.direct)
}, 300_000)

beforeEach(async () => {
  await moto.reset()
  await python.report('moto_fleet.py', moto.access)
})

afterAll(async () => {
  delete process.env.MOTO_ENDPOINT
  await moto.close()
  await project.remove()
})

/** Runs a task, and notes which steps were taken, found and undone. */
async function tasks(...args: string[]): Promise<JsonResult> {
  const result = await project.json(args)
  const names = new Map<unknown, string>()
  for (const event of result.events) {
    if (event.kind === 'step.started') names.set(event.key, String(event.step))
    if (event.kind === 'step.finished') note(event, String(event.step), args[0] === 'plan')
  }
  for (const { kind, key, outcome } of result.events) {
    const step = names.get(key)
    if (kind === 'undo.step' && outcome === 'undone' && step !== undefined) seen.undone.add(step)
  }
  return result
}

function note({ outcome }: JsonEvent, step: string, planned: boolean): void {
  const sets = [planned ? seen.planned : seen.taken, ...(outcome === 'found' ? [seen.found] : [])]
  for (const set of sets) set.add(step)
}

const swap = (...flags: string[]): Promise<JsonResult> =>
  tasks('run', 'swap', '--group', 'web', '--balancers', 'extra', '--yes', ...flags)

const mirror = (...flags: string[]): Promise<JsonResult> =>
  tasks('run', 'mirror', '--balancer', 'extra', '--yes', ...flags)

const replace = async (...flags: string[]): Promise<JsonResult> => {
  await python.report('moto_pool.py', moto.direct)
  return tasks('run', 'replace', '--from', 'web', '--to', 'green', '--yes', ...flags)
}

describe.sequential('the AWS steps on moto', () => {
  it('meet the differences from AWS that are known, and moto still has them', async () => {
    const lines = await python.report('moto_differences.py', moto.direct)
    expect(Object.fromEntries(lines.map(({ difference, actual }) => [difference, actual]))).toEqual(
      Object.fromEntries(Object.entries(differences).map(([name, { moto }]) => [name, moto])),
    )
  })

  it('are planned, and nothing is changed', async () => {
    const before = await account.inventory()
    const plan = await tasks('plan', 'swap', '--group', 'web', '--balancers', 'extra')
    expect(plan.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0 })
    expect(await account.inventory()).toEqual(before)
    await python.report('moto_pool.py', moto.direct)
    await tasks('plan', 'spare', '--group', 'web')
    await tasks('plan', 'mirror', '--balancer', 'extra')
    const watch = await tasks('plan', 'watch')
    const copies = watch.events.filter(
      ({ kind, step }) => kind === 'step.finished' && step === 'aws-cloudwatch/copy-alarm',
    )
    expect(copies).toHaveLength(2)
    const replica = await tasks('plan', 'replace', '--from', 'web', '--to', 'green')
    expect(replica.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0 })
    expect(await account.inventory()).toEqual(before)
  })

  it('replace the instances of a group', async () => {
    const before = await account.instances()
    const run = await swap()
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', leftovers: [] })
    await expectSwapped(before.map(({ id }) => id))
  })

  it('copy a balancer and remove the copy, or undo it, and find what they have done when answers are lost', async () => {
    const before = await account.inventory()
    const run = await mirror()
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', leftovers: [] })
    expect(await account.inventory()).toEqual(before)
    moto.lose(mirroring)
    const found = await mirror()
    expect(found.last('run.finished')).toMatchObject({ status: 'succeeded', leftovers: [] })
    expect(moto.notLost).toEqual([])
    expect(await account.inventory()).toEqual(before)
    const undone = await mirror('--fail')
    expect(undone.last('run.finished')).toMatchObject({ status: 'failed', exitCode: 1, leftovers: [] })
    expect(await account.inventory()).toEqual(before)
  })

  it('replace a whole group by a replica, and remove it', async () => {
    const run = await replace()
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', leftovers: [] })
    await expectReplaced()
  })

  it('find what they have done of a replica when its answer is lost', async () => {
    moto.lose(replacing)
    const run = await replace()
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', leftovers: [] })
    expect(moto.notLost).toEqual([])
    await expectReplaced()
  })

  it('find what they have done when its answer is lost', async () => {
    const before = await account.instances()
    moto.lose(changes)
    const run = await swap()
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', leftovers: [] })
    expect(moto.notLost).toEqual([])
    await expectSwapped(before.map(({ id }) => id))
    moto.lose(['TerminateInstances'])
    expect((await tasks('run', 'spare', '--group', 'web', '--yes')).exitCode).toBe(0)
    expect(moto.notLost).toEqual([])
    moto.lose(['PutMetricAlarm', 'EnableAlarmActions', 'DisableAlarmActions', 'DeleteAlarms'])
    expect((await tasks('run', 'watch', '--yes')).last('run.finished')).toMatchObject({
      status: 'succeeded',
      leftovers: [],
    })
    expect(moto.notLost).toEqual([])
    expect(await account.inventory()).toMatchObject({
      alarms: [
        {
          ActionsEnabled: true,
          AlarmActions: [expect.stringContaining(':autoScalingGroupName/green:policyName/out')],
          Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'green' }],
        },
        { ActionsEnabled: false, Dimensions: [{ Name: 'LoadBalancerName', Value: 'extra' }] },
      ],
    })
  })

  it('are undone, last first, when the task fails', async () => {
    const before = await account.inventory()
    const run = await swap('--fail')
    expect(run.last('run.finished')).toMatchObject({ status: 'failed', exitCode: 1, leftovers: [] })
    expect(await account.inventory()).toEqual(before)
    expect((await tasks('run', 'hold', '--group', 'web', '--yes')).exitCode).toBe(1)
    expect(await account.inventory()).toEqual(before)
    expect((await tasks('run', 'watch', '--fail', '--yes')).last('run.finished')).toMatchObject({
      exitCode: 1,
      leftovers: [],
    })
    const replica = await replace('--fail')
    expect(replica.last('run.finished')).toMatchObject({ status: 'failed', exitCode: 1, leftovers: [] })
    expect(await account.inventory()).toEqual(before)
  })

  it('replace the instances of a group with a launch template, lost answers or not', async () => {
    const templates = await templateFleet()
    const before = await account.instances()
    const plan = await tasks('plan', 'swap', '--group', 'web', '--balancers', 'extra')
    expect(plan.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0 })
    expect(await templates()).toHaveLength(1)
    moto.lose(templateChanges)
    const run = await swap()
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', leftovers: [] })
    expect(moto.notLost).toEqual([])
    await expectSwapped(
      before.map(({ id }) => id),
      { launchTemplate: 'web-1:2' },
    )
    expect(await templates()).toEqual([
      expect.stringMatching(/^web-1:1 default/),
      expect.stringMatching(/:2 /),
    ])
  })

  it('replace the instances of a group with a mixed instances policy, which keeps the rest', async () => {
    const templates = await templateFleet('mixed')
    const { mixed: before } = await account.group('web')
    const blue = await account.instances()
    const back = await swap('--fail')
    expect(back.last('run.finished')).toMatchObject({ status: 'failed', exitCode: 1, leftovers: [] })
    expect((await account.group('web')).mixed).toEqual(before)
    expect(await templates()).toHaveLength(1)
    const run = await swap()
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', leftovers: [] })
    const { LaunchTemplate, ...others } = before ?? {}
    const LaunchTemplateSpecification = { ...LaunchTemplate?.LaunchTemplateSpecification, Version: '3' }
    await expectSwapped(
      blue.map(({ id }) => id),
      { mixed: { ...others, LaunchTemplate: { ...LaunchTemplate, LaunchTemplateSpecification } } },
    )
    const green = await account.instances()
    expect(green.map(({ kind }) => kind).sort()).toEqual(blue.map(({ kind }) => kind).sort())
  })

  it('remove an image with its snapshots, and a version of a launch template, lost answers or not', async () => {
    const templates = await templateFleet()
    const before = await account.inventory()
    const [image] = before.instances.map((instance) => instance.image)
    const plan = await tasks('plan', 'discard', '--group', 'web')
    expect(plan.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0 })
    expect(await account.inventory()).toEqual(before)
    moto.lose(['DeregisterImage', 'DeleteSnapshot', 'DeleteLaunchTemplateVersions'])
    const run = await tasks('run', 'discard', '--group', 'web', '--yes')
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', leftovers: [] })
    expect(moto.notLost).toEqual([])
    const { images, snapshots } = await account.inventory()
    expect({ images, snapshots }).toEqual({ images: before.images, snapshots: before.snapshots })
    expect(await templates()).toEqual([`web-1:1 default ${image}`, `web-1:3 ${image}`])
  })

  it('give a group with a launch template back what it said', async () => {
    const templates = await templateFleet()
    const before = [await account.group('web'), await templates()]
    const run = await swap('--fail')
    expect(run.last('run.finished')).toMatchObject({ status: 'failed', exitCode: 1, leftovers: [] })
    expect([await account.group('web'), await templates()]).toEqual(before)
    expect(before[0]).toMatchObject({ launchTemplate: 'web-1:$Latest' })
  })

  it('find what runs have left, and remove what nothing uses', async () => {
    for (let time = 0; time < 3; time += 1) await swap()
    const { instances, ...before } = await account.inventory()
    const used = { stays: { why: 'in-use' } }
    const run = await tasks('gc', '--keep', '0', '--yes')
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', leftovers: [] })
    expect(run.last('leftovers.found').leftovers).toMatchObject([
      ...[{ kind: 'launch source' }, { kind: 'launch source' }, { ...used, kind: 'launch source' }],
      ...instances.map(() => ({ ...used, kind: 'instance' })),
      // The newest one is the group's, and what serves was launched from the one before, and then given the release.
      ...[{ kind: 'image' }, { ...used, kind: 'image' }, { ...used, kind: 'image' }],
    ])
    const { configurations, images, snapshots } = await account.inventory()
    expect(configurations).toHaveLength(before.configurations.length - 2)
    expect(images).toHaveLength(before.images.length - 1)
    expect(snapshots).toHaveLength(before.snapshots.length - 1)
    await expectSwapped([])
  })

  it('are undone by a rollback when their undo was refused at first', async () => {
    const before = await account.inventory()
    moto.lose(waysBack)
    const run = await swap('--fail')
    expect(moto.notLost).toEqual([])
    expect(run.last('run.finished')).toMatchObject({ status: 'failed', exitCode: 3 })
    const back = await tasks('rollback', '--yes')
    expect(back.last('run.finished')).toMatchObject({ leftovers: [] })
    expect(await account.inventory()).toEqual(before)
  })

  it('are all seen: taken, planned, found and undone', () => {
    const held = definitions.filter(({ name }) => !notTaken.includes(name))
    const names = held.map(({ name }) => name)
    const changing = held.filter(({ kind }) => kind === 'change').map(({ name }) => name)
    expect(names.filter((name) => !seen.taken.has(name))).toEqual([])
    expect(names.filter((name) => !seen.planned.has(name) && !isOfCleanUp(name))).toEqual(notPlanned)
    expect(changing.filter((name) => !seen.found.has(name))).toEqual([])
    expect(changing.filter((name) => !seen.undone.has(name)).sort()).toEqual(final)
  })
})

/** The fleet of each test, launched from a launch template instead, or by a mixed instances policy. Answers a look at the versions, by way of the gateway. */
async function templateFleet(how: 'template' | 'mixed' = 'template'): Promise<() => Promise<string[]>> {
  await moto.reset()
  await python.report('moto_fleet.py', moto.access, how)
  const gated = new Account(moto.access)
  return () => gated.templates()
}

/** The group is as it was, but for its launch source and its instances; both balancers have the new ones. */
async function expectSwapped(
  blue: readonly string[],
  source: object = { launchConfiguration: expect.stringMatching(/^web-1-/) },
): Promise<void> {
  const group = await account.group('web')
  expect(group).toMatchObject({ sizes: [2, 2, 3], suspended: [], ...source })
  expect(Object.keys(group.tags)).not.toContain('viridian:pin')
  const green = (await account.instances()).map(({ id }) => id).sort()
  expect(green).toHaveLength(2)
  expect(green.filter((id) => blue.includes(id))).toEqual([])
  expect(group.instances).toEqual(green.map((id) => `${id} InService Healthy`))
  for (const balancer of ['web', 'extra']) expect(await account.inService(balancer)).toEqual(green)
}

/** One group is left: a copy of the other, of two behind the other balancer. */
async function expectReplaced(): Promise<void> {
  const names = await account.groupNames()
  expect(names).toEqual([expect.stringMatching(/^web--/)])
  const group = await account.group(names[0] ?? '')
  expect(group).toMatchObject({ sizes: [2, 2, 3], suspended: [] })
  expect(group.launchConfiguration).toMatch(/^web-1--/)
  expect(Object.keys(group.tags).sort()).toEqual(['Name', 'viridian:run', 'viridian:step'])
  const green = (await account.instances()).map(({ id }) => id).sort()
  expect(group.instances).toEqual(green.map((id) => `${id} InService Healthy`))
  expect(await account.inService('green')).toEqual(green)
}
