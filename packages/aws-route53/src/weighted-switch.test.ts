import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { ClassicLoadBalancer } from '@viridian/aws'
import { beforeEach, describe, expect, test } from 'vitest'
import { onShop } from './testing/on-shop.ts'
import type { NameInZone, Shop } from './testing/shop.ts'

let shop: Shop
let www: NameInZone
/** Another fleet's, that answers for the name as well. */
let other: ClassicLoadBalancer
onShop((...given) => {
  ;[shop, www] = given
})
beforeEach(async () => {
  other ??= await shop.createBalancer('web-other')
})

const alias = (to: ClassicLoadBalancer, SetIdentifier: string, Weight: number): ResourceRecordSet => {
  const { AliasTarget } = www.alias(to)
  return {
    ...www.alias(to),
    SetIdentifier,
    Weight,
    ...(AliasTarget && { AliasTarget: { ...AliasTarget, EvaluateTargetHealth: false } }),
  }
}

/** The addresses that the name answers with, of many questions. */
async function answered(): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: 40 }, () => shop.resolver.resolve4(www.name)))
  return [...new Set(answers.flat())].sort()
}

const addresses = async (...balancers: ClassicLoadBalancer[]): Promise<string[]> =>
  (await Promise.all(balancers.map(({ dnsName }) => shop.resolver.resolve4(dnsName)))).flat().sort()

describe('a weighted record', () => {
  test('is switched alone, keeps its weight and its health check, and goes back', async () => {
    const blue = { ...alias(shop.blue, 'eu', 10), HealthCheckId: 'h-1' }
    await www.put(blue, { ...blue, Type: 'AAAA' }, alias(other, 'us', 10))
    const before = await www.sets()
    expect(await answered()).toEqual(await addresses(shop.blue, other))
    const t = shop.steps()
    const found = await shop.dns.find(t, www.name, { set: 'eu' })
    expect(found).toMatchObject({
      set: 'eu',
      target: { dnsName: shop.blue.dnsName },
      sets: [{ SetIdentifier: 'eu' }, { SetIdentifier: 'eu' }],
    })
    await shop.dns.switch(t, found, { from: shop.blue, to: shop.green, capacity: 3 })
    expect(await answered()).toEqual(await addresses(shop.green, other))
    const toGreen = { DNSName: `${shop.green.dnsName}.`, HostedZoneId: shop.green.zoneId }
    expect(await www.sets()).toEqual(
      before.map((set) =>
        set.SetIdentifier === 'eu'
          ? {
              ...set,
              AliasTarget: { ...set.AliasTarget, ...toGreen, DNSName: expect.stringMatching(/web-green/) },
            }
          : set,
      ),
    )
    expect(t.taken).toEqual([
      `find where ${www.name} (eu) leads`,
      `point ${www.name} (eu) at web-green`,
      `see the change of ${www.name} at all name servers`,
      `see ${www.name} (eu) lead to web-green`,
    ])
    await shop.dns.resolves(t, found, shop.green)
    expect(await t.undo()).toEqual([undefined])
    expect(await www.sets()).toEqual(before)
    expect(await answered()).toEqual(await addresses(shop.blue, other))
    await expect(shop.dns.resolves(t, found, shop.green)).rejects.toMatchObject({
      code: 'E_RECORD_CHANGED',
      message: expect.stringMatching(/\(eu\) is not at web-green: A eu \(weight 10\) → web-/),
    })
  }, 20_000)

  test('that is a CNAME stays one, also when the answers are lost', async () => {
    const cname = (to: ClassicLoadBalancer, SetIdentifier: string): ResourceRecordSet => ({
      ...www.cname(2),
      SetIdentifier,
      Weight: 10,
      ResourceRecords: [{ Value: to.dnsName }],
    })
    await www.put(cname(shop.blue, 'eu'), cname(other, 'us'))
    const before = await www.sets()
    const t = shop.steps()
    const found = await shop.dns.find(t, www.name, { set: 'eu' })
    await shop.cloud.lose('ChangeResourceRecordSets')
    const { ttl } = await shop.dns.switch(t, found, { from: shop.blue, to: shop.green, capacity: 3 })
    expect(ttl).toBeGreaterThanOrEqual(2)
    const [eu, us] = await www.sets()
    expect(eu).toEqual({ ...before[0], ResourceRecords: [{ Value: shop.green.dnsName }] })
    expect(us).toEqual(before[1])
    expect(await answered()).toEqual(await addresses(shop.green, other))
    expect(await t.undo()).toEqual([undefined])
    expect(await www.sets()).toEqual(before)
  }, 20_000)

  test('without a weight is switched by its identifier: nobody is seen there', async () => {
    await www.put(alias(shop.blue, 'spare', 0), alias(other, 'live', 1))
    expect((await shop.dns.find(shop.steps(), www.name)).set).toBe('live')
    const t = shop.steps()
    const found = await shop.dns.find(t, www.name, { set: 'spare' })
    await shop.dns.switch(t, found, { from: shop.blue, to: shop.green, capacity: 3 })
    expect(await answered()).toEqual(await addresses(other))
    expect(await t.undo()).toEqual([undefined])
  })

  test('whose weight is changed behind the switch is not taken back over that', async () => {
    await www.put(alias(shop.blue, 'eu', 10), alias(other, 'us', 10))
    const t = shop.steps()
    const found = await shop.dns.find(t, www.name, { set: 'eu' })
    await shop.dns.switch(t, found, { from: shop.blue, to: shop.green, capacity: 3 })
    await www.put(alias(shop.green, 'eu', 20))
    await expect(t.undo()).rejects.toMatchObject({
      code: 'E_RECORD_CHANGED',
      message: expect.stringMatching(/ still leads to web-green.*A eu \(weight 20\)/),
    })
  })

  test('is another name than its neighbours, for what leads to a balancer', async () => {
    await www.put(alias(shop.blue, 'eu', 10), alias(other, 'us', 10))
    const found = await shop.dns.find(shop.steps(), www.name, { set: 'eu' })
    await shop.change(shop.zoneId, 'DELETE', alias(other, 'us', 10))
    await www.put(alias(shop.blue, 'late', 1))
    const balancers = [shop.blue]
    await expect(shop.dns.unnamed(shop.steps(), balancers, { without: found })).rejects.toMatchObject({
      code: 'E_BALANCER_NAMED',
      message: expect.stringContaining(www.name),
    })
    await shop.change(shop.zoneId, 'DELETE', alias(shop.blue, 'late', 1))
    await shop.change(shop.zoneId, 'DELETE', alias(shop.blue, 'eu', 10))
  })
})
