import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Fleets } from './breaks/fleets.ts'
import { Names } from './breaks/names.ts'
import { expectServed, expectTold, Rehearsal } from './breaks/rehearsal.ts'
import { dnsSwitch, shrinkDnsSwitch } from './breaks/rehearsed-cloud.ts'
import { until } from './referees/until.ts'

let rehearsal: Rehearsal
let names: Names

const record = 'www.example.test'

/** Half of the users are sent to another fleet, which no deployment is about. */
beforeAll(async () => {
  rehearsal = await Rehearsal.open(dnsSwitch, shrinkDnsSwitch)
  const fleets = new Fleets(rehearsal.cloud)
  names = new Names(rehearsal.cloud)
  await fleets.createBalancer('other', 8080)
  await fleets.create('other', { size: 1, loadBalancers: ['other'] })
  await until('the other fleet serves', async () => (await rehearsal.account.inService('other')).length === 1)
  const [simple] = await names.setsOf(record)
  if (simple?.AliasTarget === undefined) throw new Error(`${record} is no alias`)
  await names.remove(simple)
  await names.put({ ...simple, SetIdentifier: 'eu', Weight: 10 })
  const AliasTarget = { ...simple.AliasTarget, ...(await fleets.aliasOf('other')) }
  await names.put({ ...simple, AliasTarget, SetIdentifier: 'us', Weight: 10 })
}, 90_000)

afterAll(() => rehearsal.close())

/** The weighted records of the name: which one, its weight, where it leads. */
const weights = async () =>
  (await names.setsOf(record)).map(
    ({ SetIdentifier, Weight, AliasTarget }) =>
      `${SetIdentifier} ${Weight} ${AliasTarget?.DNSName?.replace(/-\d+\..*/, '')}`,
  )

describe.sequential('a deployment on a weighted name', () => {
  it('is refused while it is not clear which record is meant', async () => {
    const before = await rehearsal.account.inventory()
    expectTold(await rehearsal.deploy('v2'), {
      exitCode: 1,
      code: 'E_RECORD_SET',
      says: [
        /2 weighted records answer for www\.example\.test: A eu \(weight 10\) → web-\S+, A us \(weight 10\) → other-/,
      ],
      hint: /--set eu/,
    })
    expect(await rehearsal.account.inventory()).toEqual(before)
  })

  it('switches that one alone, and a rollback gives it back', async () => {
    const before = await rehearsal.account.inventory()
    const kept = await rehearsal.deploy('v2', '--set', 'eu', '--keep-blue', '10m', '--detach')
    expect(kept).toMatchObject({ exitCode: 0 })
    expectServed(kept)
    expect(await weights()).toEqual([expect.stringMatching(/^eu 10 web--/), 'us 10 other'])
    const back = await rehearsal.tasks(['rollback'])
    expect(back).toMatchObject({ exitCode: 0 })
    expectServed(back)
    await rehearsal.isAgain(before)
    expect(await weights()).toEqual(['eu 10 web', 'us 10 other'])
  }, 120_000)

  it('retires its blue, and leaves the fleet behind the other one alone', async () => {
    const done = await rehearsal.deploy('v3', '--set', 'eu')
    expect(done).toMatchObject({ exitCode: 0 })
    expectServed(done)
    expect(await weights()).toEqual([expect.stringMatching(/^eu 10 web--/), 'us 10 other'])
    expect(await rehearsal.account.group('web')).toMatchObject({ sizes: [0, 0, expect.any(Number)] })
    expect(await rehearsal.account.inService('other')).toHaveLength(1)
  }, 120_000)
})
