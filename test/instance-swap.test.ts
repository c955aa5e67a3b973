import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Account } from './account.ts'
import { Fleets } from './breaks/fleets.ts'
import { blocksOf } from './docs/examples.ts'
import { type JsonResult, Project } from './project.ts'

let project: Project
let account: Account
/** `tasks cloud up`: what the first run started stays, for what looks at it between the runs. */
let held: ChildProcess | undefined

beforeAll(async () => {
  project = await Project.fromTemplate('instance-swap')
})

afterAll(async () => {
  held?.kill('SIGINT')
  await project.remove()
})

const deploy = (release: string, ...flags: string[]): Promise<JsonResult> =>
  project.json(['run', 'deploy:bluegreen', '--release', release, ...flags])

/** What the service answers on an instance: asked directly, past the balancer. */
async function versionOn(address: string): Promise<string> {
  const response = await fetch(`http://${address}:8080/`)
  const body: { version: string } = JSON.parse(await response.text())
  return body.version
}

const isAgain = async (before: unknown): Promise<true | undefined> =>
  JSON.stringify(await account.inventory()) === JSON.stringify(before) ? true : undefined

/** What a run prints, without what differs from one to the next. */
function inGeneral(text: string): string {
  const words: [RegExp, string][] = [
    [/\b\d{8}-\d{6}-[0-9a-z]{4}\b/g, 'RUN'],
    [/\bi-[0-9a-f]{17}\b/g, 'INSTANCE'],
    [/\bsubnet-[0-9a-f]{17}\b/g, 'SUBNET'],
    [/\b127(\.\d+){3}\b/g, 'ADDRESS'],
    [/ *\b\d+(?= answers\b)| *\b\d+(?= requests\b)/g, ' COUNT'],
    [/ *\b(\d+m )?[\d.]+m?s\b/g, ' TIME'],
  ]
  return words.reduce((rest, [word, name]) => rest.replaceAll(word, name), text)
}

/** The text in which a line of an ellipsis stands for any others. */
const asShown = (text: string): RegExp =>
  new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/^ *…\n/gm, '(?:.*\\n)*?')}$`)

async function until<Value>(
  what: string,
  look: () => Promise<Value | undefined>,
  withinMs = 60_000,
): Promise<Value> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(200)) {
    const value = await look()
    if (value !== undefined) return value
  }
  throw new Error(`not within ${withinMs} ms: ${what}`)
}

describe.sequential('deploy:bluegreen on the local cloud', () => {
  it('replaces the fleet under traffic, without a failed request', async () => {
    const run = await deploy('v2')
    expect(run.last('run.finished')).toMatchObject({
      status: 'succeeded',
      exitCode: 0,
      leftovers: [],
      task: 'deploy:bluegreen',
    })
    expect(run.exitCode).toBe(0)
    const traffic = run.last('traffic.summary')
    expect(traffic).toMatchObject({ failed: 0, versions: { v1: expect.anything(), v2: expect.anything() } })
    expect(run.events.at(-1)?.kind).toBe('run.finished')
    held = project.start(['cloud', 'up', '--time-scale', '0.05'])
    account = new Account(await project.cloud())
    const group = await account.group('web')
    expect(group).toMatchObject({ sizes: [3, 3, 5], suspended: [] })
    expect(group.instances).toHaveLength(3)
    expect(Object.keys(group.tags)).not.toContain('viridian:pin')
    const instances = await account.instances()
    expect(await Promise.all(instances.map(({ address }) => versionOn(address)))).toEqual(['v2', 'v2', 'v2'])
    expect(await account.inService('web')).toEqual(instances.map(({ id }) => id).sort())
  }, 180_000)

  it('plans the next one: the same steps, and nothing is changed', async () => {
    const before = await account.inventory()
    const plan = await project.json(['plan', 'deploy:bluegreen', '--release', 'v4'])
    expect(plan.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0 })
    const titles = plan.events.filter(({ kind }) => kind === 'step.finished').map(({ title }) => title)
    expect(titles).toEqual(expect.arrayContaining(['describe web', 'update_code', 'validate_service']))
    expect(
      plan.events.filter(({ kind, planned }) => kind === 'host.command' && planned === true).length,
    ).toBeGreaterThan(3)
    expect(await account.inventory()).toEqual(before)
  }, 60_000)

  it('puts everything back when the release never gets healthy, as the README shows it', async () => {
    const before = await account.inventory()
    const { exitCode, stdout } = await project.tasks('run', 'deploy:bluegreen', '--release', 'broken')
    const shown = blocksOf('README.md').find(({ text }) => text.includes('E_HOSTS_FAILED'))
    expect(inGeneral(stdout)).toMatch(asShown(inGeneral(shown?.text ?? '')))
    expect(exitCode).toBe(1)
    await until('the cloud is as it was', () => isAgain(before), 20_000)
  }, 180_000)

  it('puts everything back when the release is of another version', async () => {
    const before = await account.inventory()
    const run = await deploy('wrong')
    expect(run.exitCode).toBe(1)
    expect(run.last('run.finished')).toMatchObject({
      status: 'failed',
      exitCode: 1,
      leftovers: [],
      error: {
        code: 'E_HOSTS_FAILED',
        message: expect.stringMatching(/answers version "v0"/),
        // These hosts are gone: --failed would find none of them.
        hint: expect.stringMatching(/^all that the hosts said stands above/),
      },
    })
    expect(run.last('traffic.summary')).toMatchObject({ failed: 0, versions: { v2: expect.anything() } })
    expect(Object.keys(Object(run.last('traffic.summary').versions))).toEqual(['v2'])
    await until('the cloud is as it was', () => isAgain(before), 20_000)
  }, 180_000)

  it('puts everything back on Ctrl-C, also when green serves already', async () => {
    const before = await account.inventory()
    const run = await project.json(['run', 'deploy:bluegreen', '--release', 'v9'], (event, child) => {
      if (event.kind === 'step.started' && event.step === 'aws-autoscaling/enter-standby')
        child.kill('SIGINT')
    })
    expect(run.last('run.finished')).toMatchObject({ status: 'cancelled', exitCode: 130, leftovers: [] })
    expect(run.exitCode).toBe(130)
    expect(run.last('traffic.summary')).toMatchObject({ failed: 0 })
    await until('the cloud is as it was', () => isAgain(before), 20_000)
  }, 180_000)

  it('goes back to a whole fleet, under traffic, also when blue has died while it stood by, with as many as it wants by then', async () => {
    const before = await account.group('web')
    const fleets = new Fleets(await project.cloud())
    await fleets.balance('internal', 8090, await account.inService('web'))
    await until('blue serves there too', async () =>
      (await account.inService('internal')).length === 3 ? true : undefined,
    )
    const kept = await deploy('v5', '--keep-blue', '10m', '--detach', '--balancers', 'internal')
    expect(kept.last('run.finished')).toMatchObject({ status: 'kept', exitCode: 0 })
    const aside = (await account.group('web')).instances.filter((member) => / Standby /.test(member))
    expect(aside).toHaveLength(3)
    for (const member of aside) await account.terminate(member.split(' ', 1).join())
    await account.setDesired('web', 4)
    await until('a fourth serves', async () =>
      (await account.inService('web')).length === 4 ? true : undefined,
    )
    const back = await project.json(['rollback', '--yes'])
    expect(back.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
    expect(back.last('traffic.summary')).toMatchObject({ failed: 0 })
    const group = await account.group('web')
    expect(group).toMatchObject({ ...before, sizes: [3, 4, 5], instances: expect.anything() })
    const instances = await account.instances()
    expect(await Promise.all(instances.map(({ address }) => versionOn(address)))).toEqual(
      Array.from({ length: 4 }, () => 'v2'),
    )
    const ids = instances.map(({ id }) => id).sort()
    expect(await account.inService('web')).toEqual(ids)
    const internal = await account.inService('internal')
    expect(ids.filter((id) => internal.includes(id))).toEqual(internal)
    expect(internal).toHaveLength(3)
    await fleets.deleteBalancer('internal')
  }, 180_000)

  it('finds the fleet that the last run left, and replaces that; a slow release too', async () => {
    const run = await deploy('slow')
    expect(run.exitCode).toBe(0)
    expect(run.last('traffic.summary')).toMatchObject({
      failed: 0,
      versions: { v2: expect.anything(), slow: expect.anything() },
    })
  }, 180_000)

  it('makes what the group launches by itself run the deployed version', async () => {
    await account.setDesired('web', 4)
    const grown = await until('four are in service', async () => {
      const ids = await account.inService('web')
      return ids.length === 4 ? ids : undefined
    })
    const [victim = ''] = grown
    await account.terminate(victim)
    await until('the one that was killed is replaced', async () => {
      const ids = await account.inService('web')
      return ids.length === 4 && !ids.includes(victim) ? ids : undefined
    })
    const versions = await Promise.all((await account.instances()).map(({ address }) => versionOn(address)))
    expect(versions).toEqual(['slow', 'slow', 'slow', 'slow'])
  }, 180_000)

  it('lists its runs', async () => {
    const { stdout } = await project.tasks('runs')
    expect(stdout).toMatch(/deploy:bluegreen\s+local\s.*\ssucceeded/)
    expect(stdout).toMatch(/deploy:bluegreen\s+local\s.*\sfailed-undone/)
    expect(stdout).toMatch(/deploy:bluegreen\s+local\s.*\scancelled/)
  })
})
