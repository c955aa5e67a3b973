import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Account } from './account.ts'
import { Fleets } from './breaks/fleets.ts'
import { Visitors, type Visits } from './faults/visitors.ts'
import { type JsonResult, Project } from './project.ts'
import { cloudUp } from './referees/cloud-up.ts'
import { TargetGroups } from './target-groups.ts'

let project: Project
let account: Account
let fleets: Fleets
let groups: TargetGroups
/** Users of the Application Load Balancer: nobody asks it by a name of its own. */
let visitors: Visitors
/** The one that the group is bound to, and the one that it does not know, by ARN. */
let shop: string
let internal: string

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(200))
    if (await holds()) return
  throw new Error(`not within a minute: ${what}`)
}

/** What runs change behind their end settles within a minute. */
const seeAsItWas = (before: Awaited<ReturnType<Account['inventory']>>): Promise<void> =>
  until(
    'the cloud is as it was',
    async () => JSON.stringify(await account.inventory()) === JSON.stringify(before),
  )

beforeAll(async () => {
  project = await Project.fromTemplate('instance-swap')
  const cloud = await cloudUp(project, '--time-scale', '0.05')
  account = new Account(cloud)
  fleets = new Fleets(cloud)
  groups = new TargetGroups(cloud)
  const front = await groups.createBalancer('front')
  shop = await groups.create('shop')
  internal = await groups.create('internal')
  await groups.listen(front, 8090, shop)
  await groups.listen(front, 8091, internal)
  await fleets.create('shop', { size: 2, max: 2, targetGroups: [shop] })
  await until('the shop serves', async () => (await groups.healthy(shop)).length === 2)
  visitors = new Visitors(cloud, { record: await groups.dnsName('front'), port: 8090 })
}, 180_000)

afterAll(async () => {
  await visitors?.close()
  await project?.remove()
})

const deploy = (...flags: string[]): Promise<JsonResult> =>
  project.json(['run', 'deploy:bluegreen', '--group', 'shop', ...flags])

/** Nobody has missed anything since it was asked the last time. */
function served(): void {
  const visits: Visits = visitors.take()
  expect(visits.failures).toEqual([])
  expect(visits.asked).toBeGreaterThan(10)
}

describe.sequential('deploy:bluegreen behind an Application Load Balancer', () => {
  it('replaces the fleet under traffic, without a failed request', async () => {
    const blue = await groups.healthy(shop)
    const run = await deploy('--release', 'v2')
    expect(run.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
    const green = await groups.healthy(shop)
    expect(green.filter((id) => !blue.includes(id))).toHaveLength(2)
    expect(await fleets.inService('shop')).toEqual(expect.arrayContaining(green))
    expect(await groups.targets(shop)).toEqual(green.map((id) => `${id} healthy`))
    served()
  }, 180_000)

  it('goes back while blue is kept, also where its group does not see to it', async () => {
    const blue = await groups.healthy(shop)
    await groups.register(internal, blue)
    await until('blue serves there too', async () => (await groups.healthy(internal)).length === 2)
    const before = await account.inventory()
    const flags = ['--keep-blue', '10m', '--detach', '--balancers', 'internal']
    const kept = await deploy('--release', 'v3', ...flags)
    expect(kept.last('run.finished')).toMatchObject({ status: 'kept', exitCode: 0 })
    const green = await groups.healthy(shop)
    expect(green.filter((id) => blue.includes(id))).toEqual([])
    expect(await groups.healthy(internal)).toEqual(green)
    const back = await project.json(['rollback', '--yes'])
    expect(back.last('run.finished')).toMatchObject({ status: 'succeeded', exitCode: 0, leftovers: [] })
    expect(await groups.healthy(shop)).toEqual(blue)
    expect(await groups.healthy(internal)).toEqual(blue)
    await seeAsItWas(before)
    served()
  }, 180_000)

  it('puts everything back when it is interrupted and green serves already', async () => {
    const blue = await groups.healthy(shop)
    const before = await account.inventory()
    const run = await project.json(
      ['run', 'deploy:bluegreen', '--group', 'shop', '--release', 'v3', '--balancers', internal],
      (event, child) => {
        if (event.kind === 'step.started' && event.step === 'aws-autoscaling/enter-standby')
          child.kill('SIGINT')
      },
    )
    expect(run.last('run.finished')).toMatchObject({ status: 'cancelled', exitCode: 130, leftovers: [] })
    expect(await groups.healthy(shop)).toEqual(blue)
    expect(await groups.healthy(internal)).toEqual(blue)
    await seeAsItWas(before)
    served()
  }, 180_000)
})
