import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Account } from './account.ts'
import { type JsonResult, Project } from './project.ts'
import { until } from './referees/until.ts'

let project: Project
let account: Account
/** `tasks cloud up`: what the first run started stays, for what looks at it between the runs. */
let held: ChildProcess | undefined

beforeAll(async () => {
  project = await Project.fromTemplate('dns-switch')
})

afterAll(async () => {
  held?.kill('SIGINT')
  await project.remove()
})

const deploy = (release: string, ...flags: string[]): Promise<JsonResult> =>
  project.json(['run', 'deploy:bluegreen-dns', '--release', release, ...flags])

const versionsOf = (run: JsonResult): string[] => Object.keys(Object(run.last('traffic.summary').versions))

/** The group and the balancer that the name leads to. */
const live = async (): Promise<{ group: string; loadBalancer: string }> => (await project.cloud()).names

const isAsBefore = (before: unknown) =>
  until(
    'the cloud is as it was',
    async () => JSON.stringify(await account.inventory()) === JSON.stringify(before),
    20_000,
  )

/** What was live before the last deployment. */
let blue: { group: string; loadBalancer: string }
let kept: JsonResult

describe.sequential('deploy:bluegreen-dns on the local cloud', () => {
  it('switches the name to a replica under traffic, without a failed request, and scales blue to zero', async () => {
    const run = await deploy('v2')
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
    expect(run.exitCode).toBe(0)
    expect(run.last('traffic.summary')).toMatchObject({ failed: 0, died: {} })
    expect(versionsOf(run)).toEqual(['v1', 'v2'])
    const compared = run.events.filter(({ kind }) => kind === 'replica.compared')
    expect(compared.map(({ unexpected }) => unexpected)).toEqual([[], []])
    held = project.start(['cloud', 'up', '--time-scale', '0.05'])
    account = new Account(await project.cloud())
    blue = await live()
    expect(blue.group).toMatch(/^web--\d{8}-/)
    expect(blue.loadBalancer).toMatch(/^web--\d{8}-/)
    expect(blue.loadBalancer.length).toBeLessThanOrEqual(32)
    expect(await account.group('web')).toMatchObject({ sizes: [0, 0, 5], instances: [] })
    const green = await account.group(blue.group)
    expect(green).toMatchObject({ sizes: [3, 3, 5], suspended: [] })
    expect(Object.keys(green.tags)).not.toContain('viridian:pin')
    expect(await account.inService(blue.loadBalancer)).toHaveLength(3)
    expect(await account.instances()).toHaveLength(3)
  }, 180_000)

  it('is planned: the same steps, and nothing is changed', async () => {
    const before = await account.inventory()
    const plan = await project.json(['plan', 'deploy:bluegreen-dns', '--release', 'v4'])
    expect(plan.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0 })
    expect(await account.inventory()).toEqual(before)
  }, 60_000)

  it('ends with both ways open when it is detached', async () => {
    kept = await deploy('v3', '--keep-blue', '10m', '--detach')
    expect(kept.exitCode).toBe(0)
    expect(kept.last('run.finished')).toMatchObject({ status: 'kept', leftovers: [] })
    expect(kept.last('traffic.summary')).toMatchObject({ failed: 0 })
    expect((await live()).group).not.toBe(blue.group)
    expect(await account.group(blue.group)).toMatchObject({
      sizes: [3, 3, 5],
      suspended: ['AZRebalance', 'AlarmNotification', 'ScheduledActions'],
    })
  }, 120_000)

  it('gives the name back on a rollback, and leaves green for inspection', async () => {
    const green = await live()
    const back = await project.json(['rollback', '--keep-green'])
    expect(back.last('run.finished')).toMatchObject({
      status: 'succeeded',
      exitCode: 0,
      leftovers: expect.arrayContaining([`group ${green.group}`]),
      remedy: `tasks rollback ${kept.last('run.finished').run}`,
    })
    expect(back.last('traffic.summary')).toMatchObject({ failed: 0 })
    // Nobody is sent to green any more once the undo of the switch has ended.
    const switched = back.events.find(
      ({ kind, title }) => kind === 'undo.step' && String(title).startsWith('point www.example.test'),
    )
    const { versions } = Object(back.last('traffic.summary'))
    expect(Date.parse(versions.v3.last)).toBeLessThan(Date.parse(String(switched?.at)))
    expect(Date.parse(versions.v2.last)).toBeGreaterThan(Date.parse(versions.v3.last))
    expect(await live()).toEqual(blue)
    expect(await account.group(blue.group)).toMatchObject({ sizes: [3, 3, 5], suspended: [] })
    expect((await account.group(green.group)).instances).toHaveLength(3)
  }, 120_000)

  it('takes green away on the next rollback', async () => {
    const back = await project.json(['rollback'])
    expect(back.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
    expect(await account.instances()).toHaveLength(3)
    expect(await live()).toEqual(blue)
  }, 120_000)

  it('switches nothing when green fails its smoke test, and leaves nothing', async () => {
    const before = await account.inventory()
    const run = await deploy('shy')
    expect(run.exitCode).toBe(1)
    expect(run.last('run.finished')).toMatchObject({
      status: 'failed',
      exitCode: 1,
      leftovers: [],
      error: { code: 'E_SMOKE_FAILED', message: expect.stringMatching(/500/) },
    })
    expect(run.last('traffic.summary')).toMatchObject({ failed: 0 })
    expect(versionsOf(run)).toEqual(['v2'])
    expect(run.events.some(({ step }) => step === 'aws-route53/point-record')).toBe(false)
    await isAsBefore(before)
  }, 120_000)

  it('switches back when it is interrupted behind the switch', async () => {
    const before = await account.inventory()
    const run = await project.json(
      ['run', 'deploy:bluegreen-dns', '--release', 'v5', '--keep-blue', '10m'],
      (event, child) => event.kind === 'kept' && child.kill('SIGINT'),
    )
    expect(run.exitCode).toBe(130)
    expect(run.last('run.finished')).toMatchObject({ status: 'cancelled', leftovers: [] })
    expect(run.last('traffic.summary')).toMatchObject({ failed: 0 })
    await isAsBefore(before)
  }, 120_000)

  it('goes back to blue when nothing of green is alive any more', async () => {
    const before = await account.inventory()
    let killing: Promise<void> | undefined
    const run = await project.json(['run', 'deploy:bluegreen-dns', '--release', 'v6'], (event) => {
      if (event.kind === 'step.started' && event.step === 'aws-route53/see-in-sync') killing ??= killGreen()
    })
    await killing
    expect(run.exitCode).toBe(1)
    expect(run.last('run.finished')).toMatchObject({ error: { code: 'E_SMOKE_FAILED' }, leftovers: [] })
    const { versions } = Object(run.last('traffic.summary'))
    expect(Object.keys(versions)).toContain('v2')
    expect(await live()).toEqual(blue)
    await isAsBefore(before)
  }, 180_000)
})

/** Ends every instance of the newest group, and lets it launch no others. */
async function killGreen(): Promise<void> {
  const groups = await account.groupNames()
  const name = groups.filter((each) => each !== 'web' && each !== blue.group)[0] ?? ''
  await account.suspend(name, 'Launch')
  const { instances } = await account.group(name)
  for (const member of instances) await account.terminate(member.split(' ')[0] ?? '')
}
