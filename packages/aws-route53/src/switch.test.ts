import { describe, expect, test } from 'vitest'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { pointRecord } from './point-record.ts'
import { onShop } from './testing/on-shop.ts'
import { NameInZone, type Shop } from './testing/shop.ts'

let shop: Shop
let www: NameInZone
onShop((...given) => {
  ;[shop, www] = given
})

describe('switch', () => {
  test('points an alias at green, is seen in DNS, and goes back to exactly what was', async () => {
    await www.put(www.alias(shop.blue, 'A', 'dualstack.'), www.alias(shop.blue, 'AAAA', 'dualstack.'))
    const before = await www.sets()
    const t = shop.steps()
    const found = await www.toGreen(t)
    expect(await shop.resolver.resolve4(www.name)).toEqual(await shop.resolver.resolve4(shop.green.dnsName))
    expect((await www.sets()).map(({ Type, AliasTarget }) => [Type, AliasTarget?.DNSName])).toEqual(
      ['A', 'AAAA'].map((type) => [type, `dualstack.${shop.green.dnsName}.`]),
    )
    expect(t.taken).toEqual([
      `find where ${www.name} leads`,
      `point ${www.name} at web-green`,
      `see the change of ${www.name} at all name servers`,
      `see ${www.name} lead to web-green`,
    ])
    await shop.dns.resolves(t, found, shop.green)
    const began = performance.now()
    expect(await t.undo()).toEqual([undefined])
    // The TTL of an alias has passed: 60 s, which are one here.
    expect(performance.now() - began).toBeGreaterThan(1000)
    expect(await www.sets()).toEqual(before)
    expect(await shop.resolver.resolve4(www.name)).toEqual(await shop.resolver.resolve4(shop.blue.dnsName))
    await expect(shop.dns.resolves(t, found, shop.green)).rejects.toMatchObject({ code: 'E_RECORD_CHANGED' })
  })

  test('creates a record where there was none, and takes it away again', async () => {
    const t = shop.steps()
    const found = await www.toGreen(t)
    expect(await shop.resolver.resolve4(www.name)).toEqual(await shop.resolver.resolve4(shop.green.dnsName))
    await t.undo()
    expect(await www.sets()).toEqual([])
    await expect(shop.dns.resolves(t, found, shop.green)).rejects.toMatchObject({
      code: 'E_RECORD_CHANGED',
      message: `${www.name} is not at web-green: no record`,
    })
    await expect(shop.resolver.resolve4(www.name)).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  test('makes a CNAME an alias, also when the answers are lost both ways', async () => {
    await www.put(www.cname())
    const before = await www.sets()
    const t = shop.steps()
    await shop.cloud.lose('ChangeResourceRecordSets')
    const { target } = await www.toGreen(t)
    expect(target).toEqual({ dnsName: before[0]?.ResourceRecords?.[0]?.Value })
    expect((await www.sets()).map(({ Type }) => Type)).toEqual(['A'])
    await shop.cloud.lose('ChangeResourceRecordSets')
    expect(await t.undo()).toEqual([undefined])
    expect(await www.sets()).toEqual(before)
  })

  test('says when resolvers have forgotten a CNAME: it is kept for longer than the addresses behind it', async () => {
    await www.put(www.cname(3000))
    const t = shop.steps()
    const found = await shop.dns.find(t, www.name)
    const began = Date.now()
    const { ttl, forgotten } = await shop.dns.switch(t, found, {
      from: shop.blue,
      to: shop.green,
      capacity: 3,
    })
    expect(ttl).toBe(3000)
    expect(Date.parse(forgotten) - began).toBeGreaterThanOrEqual(3_000_000)
    expect(t.taken).toContain(`point ${www.name} at web-green, whose old record resolvers keep for 50m`)
  })

  test('switches a wildcard, and gives it back', async () => {
    const aName = `any.${www.name}`
    www = new NameInZone(shop, `*.${www.name}`)
    await www.put(www.alias(shop.blue))
    const t = shop.steps()
    await www.toGreen(t)
    expect(await shop.resolver.resolve4(aName)).toEqual(await shop.resolver.resolve4(shop.green.dnsName))
    expect(await t.undo()).toEqual([undefined])
    expect(await shop.resolver.resolve4(aName)).toEqual(await shop.resolver.resolve4(shop.blue.dnsName))
  })

  test('asks again while another change is under way, and when it is asked too much', async () => {
    await www.put(www.alias(shop.blue))
    const refusal = { operation: 'ChangeResourceRecordSets', kind: 'refuse', status: 400 }
    await shop.cloud.fail(['PriorRequestNotComplete', 'Throttling'].map((code) => ({ ...refusal, code })))
    await www.toGreen(shop.steps())
    expect(await shop.resolver.resolve4(www.name)).toEqual(await shop.resolver.resolve4(shop.green.dnsName))
  })

  test('does not touch what has changed since it was found', async () => {
    await www.put(www.alias(shop.blue))
    const t = shop.steps()
    const found = await shop.dns.find(t, www.name)
    await www.put({ ...www.alias(shop.blue), AliasTarget: www.alias(shop.green).AliasTarget })
    const late = shop.dns.switch(t, found, { from: shop.blue, to: shop.green, capacity: 3 })
    await expect(late).rejects.toMatchObject({ code: 'E_RECORD_CHANGED' })
  })

  test('is found at each stage, and taken back twice', async () => {
    await www.put(www.alias(shop.blue))
    const found = await www.find()
    const c = shop.cloud.context()
    const input = {
      found,
      from: shop.blue,
      to: shop.green,
      capacity: 3,
      nameServers: [],
      touches: ['group/green'],
    }
    const cc = { ...c, token: 'token', before: await pointRecord.before(input, c) }
    expect(await pointRecord.find(input, cc)).toEqual({ status: 'absent' })
    const output = await pointRecord.run(input, cc)
    expect(await pointRecord.find(input, cc)).toMatchObject({ status: 'done', output: { sets: output.sets } })
    expect(pointRecord.touches(input, output)).toEqual([`record/${www.name}`, 'group/green'])
    expect(pointRecord.leaves?.(input, output)).toEqual([`record ${www.name} at web-green`])
    await www.put({ ...www.alias(shop.green), HealthCheckId: 'theirs' })
    expect(await pointRecord.find(input, cc)).toMatchObject({ status: 'unknown' })
    await www.put(www.alias(shop.green))
    for (const _ of ['first', 'second'])
      expect(await pointRecord.undo(input, { ...cc, output })).toBeUndefined()
    expect((await www.find()).target).toEqual(found.target)
  })

  test('does not begin with the wrong balancer, nor where no name server answers', async () => {
    await www.put(www.alias(shop.blue))
    const found = await www.find()
    for (const from of [{ from: shop.green }, {}])
      await expect(
        shop.dns.switch(shop.steps(), found, { ...from, to: shop.green, capacity: 3 }),
      ).rejects.toMatchObject({
        code: 'E_BALANCER_MISMATCH',
      })
    const c = shop.cloud.context()
    const deaf = {
      ...c,
      environment: async (): Promise<void> => {
        await c.environment()
        process.env.VIRIDIAN_NAME_SERVERS = '127.0.0.1:1'
      },
    }
    const options = { from: shop.blue, to: shop.green, capacity: 3 }
    await shop.dns.askable(shop.steps(), found)
    await expect(shop.dns.askable(testSteps(deaf), found)).rejects.toMatchObject({ code: 'E_NAME_SERVERS' })
    await expect(shop.dns.switch(testSteps(deaf), found, options)).rejects.toMatchObject({
      code: 'E_NAME_SERVERS',
    })
    expect((await www.find()).target).toEqual(found.target)
  })
})
