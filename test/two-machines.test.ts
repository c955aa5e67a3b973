import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Account } from './account.ts'
import { type CloudStatus, ended, type JsonResult, Project } from './project.ts'

/** Projects of two people on two machines: they share the account, and no state. */
const machines: Project[] = []
let account: Account
let held: ChildProcess
let down: Promise<unknown>

/** A stage that reaches a cloud that runs already, as another machine would reach AWS. */
const shared = ({ endpoint, region, accessKeyId, secretAccessKey, ssh }: CloudStatus) => `
import { defineConfig } from '@viridian/core'
import { bluegreen, fleets, instances, traffic } from './deploy.ts'
import { build_release, update_code, validate_service } from './release.ts'

export default defineConfig({
  plugins: [fleets, instances, traffic],
  tasks: { deploy: { bluegreen }, build_release, update_code, validate_service },
  ssh: ${JSON.stringify({ ...ssh, config: false })},
  stages: {
    shared: {
      env: ${JSON.stringify({
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      })},
      defaults: { group: 'web' },
    },
  },
})
`

beforeAll(async () => {
  const first = await Project.fromTemplate('instance-swap')
  await first.json(['run', 'deploy:bluegreen', '--release', 'v2'])
  held = first.start(['cloud', 'up', '--time-scale', '0.05'])
  down = ended(held)
  const cloud = await first.cloud()
  account = new Account(cloud)
  const second = await Project.fromTemplate('instance-swap')
  await second.write('tasks.config.ts', shared(cloud))
  machines.push(first, second)
}, 120_000)

afterAll(async () => {
  held.kill('SIGINT')
  await down
  await Promise.all(machines.map((each) => each.remove()))
})

const deploy = (machine: Project | undefined, release: string, ...flags: string[]): Promise<JsonResult> => {
  if (!machine) throw new Error('there is no such machine')
  return machine.json(['run', 'deploy:bluegreen', '--yes', '--release', release, ...flags])
}

describe('two machines that deploy to one group', () => {
  it('are told of each other by its tag', async () => {
    const [first, second] = machines
    const kept = await deploy(first, 'v3', '--keep-blue', '10m', '--detach')
    expect(kept.last('run.finished')).toMatchObject({ status: 'kept' })
    const before = await account.inventory()
    const refused = await deploy(second, 'v4')
    expect(refused.last('run.finished')).toMatchObject({
      exitCode: 4,
      error: {
        code: 'E_LOCKED',
        message: expect.stringContaining(`web is held by run ${kept.last('run.started').run} of `),
      },
      leftovers: [],
    })
    expect(await account.inventory()).toEqual(before)
    expect((await first?.tasks('rollback', '--yes'))?.exitCode).toBe(0)
    expect((await account.group('web')).tags).not.toHaveProperty('viridian:pin')
  }, 120_000)

  it('begin at the same instant: one goes on, the other is refused, and nothing of it is left', async () => {
    const runs = await Promise.all(machines.map((each, index) => deploy(each, `v${5 + index}`)))
    const codes = runs.map(({ exitCode }) => exitCode)
    expect([...codes].sort()).toEqual([0, 4])
    const winner = `v${5 + codes.indexOf(0)}`
    const instances = await account.instances()
    expect(instances).toHaveLength(3)
    const versions = instances.map(async ({ address }) => (await fetch(`http://${address}:8080/`)).json())
    expect(await Promise.all(versions)).toEqual(
      instances.map(() => expect.objectContaining({ version: winner })),
    )
    expect(await account.group('web')).toMatchObject({ sizes: [3, 3, 5], suspended: [] })
    expect((await account.group('web')).tags).not.toHaveProperty('viridian:pin')
  }, 120_000)
})

describe('two runs of one machine', () => {
  it('begin at the same instant: one goes on, the other is told who holds the lock', async () => {
    const [first] = machines
    const runs = await Promise.all(['v7', 'v8'].map((release) => deploy(first, release)))
    expect(runs.map(({ exitCode }) => exitCode).sort()).toEqual([0, 4])
    const refused = runs.find(({ exitCode }) => exitCode === 4)
    expect(refused?.last('run.finished').error).toMatchObject({
      code: 'E_LOCKED',
      message: expect.stringMatching(/^group\/web is locked by \S+ on \S+: run \S+ of "deploy:bluegreen"/),
    })
  }, 120_000)
})
