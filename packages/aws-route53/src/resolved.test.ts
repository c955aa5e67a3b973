import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestSteps, testSteps } from '../../aws/src/testing/test-steps.ts'
import { openNameServer } from '../../local-cloud/src/emulator/dns/index.ts'
import { route53 } from './index.ts'
import { RecordSet } from './record-set.ts'
import { waitResolved } from './resolved.ts'
import { NameInZone, openShop, type Shop } from './testing/shop.ts'
import { openZoneServer } from './testing/zone-servers.ts'

let shop: Shop
let server: Awaited<ReturnType<typeof openZoneServer>>
let www: NameInZone
let names = 0

beforeAll(async () => {
  shop = await openShop()
  server = await openZoneServer(shop.cloud.dns)
})

afterAll(async () => {
  server.close()
  await shop.close()
  expect(shop.cloud.reports).toEqual([])
})

beforeEach(() => {
  names += 1
  www = new NameInZone(shop, `www-${names}.example.test`)
})

/** Steps in an environment that names no name server. */
function steps(): TestSteps {
  const c = shop.cloud.context()
  const environment = async (): Promise<void> => {
    await c.environment()
    delete process.env.VIRIDIAN_NAME_SERVERS
  }
  return testSteps({ ...c, environment })
}

/** Switches the name to green, as the zone's own server has it, and takes it back. */
async function thereAndBack(): Promise<void> {
  const dns = route53({ nameServers: [server.name] })
  const t = steps()
  const found = await dns.find(t, www.name)
  const from = found.target && { from: shop.blue }
  await dns.switch(t, found, { ...from, to: shop.green, capacity: 3 })
  expect(await shop.resolver.resolve4(www.name)).toEqual(await shop.resolver.resolve4(shop.green.dnsName))
  expect(await t.undo()).toEqual([undefined])
}

test("a CNAME to a balancer is seen where a zone's own server does not follow it", async () => {
  await www.put(www.cname())
  const before = await www.sets()
  await thereAndBack()
  expect(await www.sets()).toEqual(before)
}, 20_000)

test('a name without a record is seen free again, also where a wildcard answers for it', async () => {
  const all = new NameInZone(shop, `*.${www.name}`)
  await all.put({ Name: all.name, Type: 'A', TTL: 20, ResourceRecords: [{ Value: '192.0.2.1' }] })
  www = new NameInZone(shop, `new.${www.name}`)
  await thereAndBack()
  expect(await www.sets()).toEqual([])
  expect(await shop.resolver.resolve4(www.name)).toEqual(['192.0.2.1'])
}, 20_000)

test('a balancer of more addresses than an answer holds is known by one of them', async () => {
  const { dnsName: DNSName, zoneId: HostedZoneId } = shop.blue
  // The first that is shown of the balancer is in no answer of its own any more, once the name answers with it.
  let isAsked = false
  const shownOf = (name: string): string => {
    if (name.startsWith('web-')) return isAsked ? '192.0.2.2' : '192.0.2.1'
    const value = isAsked ? '192.0.2.1' : '192.0.2.3'
    isAsked = true
    return value
  }
  const large = await openNameServer({
    resolve: (name, type) => [{ name, type, ttl: 60, values: [shownOf(name)] }],
  })
  const AliasTarget = { DNSName, HostedZoneId, EvaluateTargetHealth: false }
  const lookup = { name: www.name, nameServers: [], given: [`${large.address}:${large.port}`] }
  const c = shop.cloud.context()
  const environment = async (): Promise<void> => void delete process.env.VIRIDIAN_NAME_SERVERS
  await waitResolved({ ...c, environment }, { ...lookup, sets: [{ Name: www.name, Type: 'A', AliasTarget }] })
  await large.close()
}, 10_000)

test.each([
  ['and one to where it leads', true, 80],
  ['and that is all where none has led where it led', false, 48],
])(
  'a weighted name is asked until no answer leads where it led, %s',
  async (_, answered, expected) => {
    const [blue, green, other] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'] as const
    let asked = 0
    const server = await openNameServer({
      resolve: (name, type) => {
        if (name.startsWith('web-'))
          return [{ name, type, ttl: 60, values: [name.startsWith('web-green') ? green : blue] }]
        asked += 1
        // Of each look one answer: of where it led in two looks, of neither in two, and then of where it leads.
        const rare = asked <= 32 ? blue : asked <= 64 ? other : green
        return [{ name, type, ttl: 60, values: [asked % 16 === 0 ? rare : other] }]
      },
    })
    const sets = [{ ...www.alias(shop.green), SetIdentifier: 'eu', Weight: 10 }].map((set) =>
      RecordSet.parse(set),
    )
    const lookup = { name: www.name, nameServers: [], given: [`${server.address}:${server.port}`] }
    const c = shop.cloud.context()
    const environment = async (): Promise<void> => void delete process.env.VIRIDIAN_NAME_SERVERS
    await waitResolved({ ...c, environment }, { ...lookup, sets, set: 'eu', answered }, shop.blue.dnsName)
    await server.close()
    expect(asked).toBe(expected)
  },
  20_000,
)
