import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { describe, expect, test } from 'vitest'
import { onShop } from './testing/on-shop.ts'
import { NameInZone, type Shop } from './testing/shop.ts'

let shop: Shop
let www: NameInZone
onShop((...given) => {
  ;[shop, www] = given
})

describe('find', () => {
  test('gives the zone, the sets and the balancer', async () => {
    await www.put(www.alias(shop.blue, 'A', 'dualstack.'))
    expect(await shop.dns.find(shop.steps(), www.name.toUpperCase())).toEqual({
      name: www.name,
      zoneId: shop.zoneId,
      nameServers: expect.arrayContaining(['ns-1.awsdns-01.com']),
      sets: [{ ...www.alias(shop.blue), Name: `${www.name}.`, AliasTarget: expect.anything() }],
      target: {
        dnsName: shop.blue.dnsName,
        zoneId: shop.blue.zoneId,
      },
    })
  })

  test('gives no target where there is no record, and reads on over pages', async () => {
    const found = await www.find()
    expect([found.sets, found.target, found.zoneId]).toEqual([[], undefined, shop.zoneId])
    www = new NameInZone(shop, '*.example.test')
    await www.put(www.alias(shop.blue))
    expect(await www.find()).toMatchObject({
      name: '*.example.test',
      sets: [{ Name: '\\052.example.test.' }],
    })
    await shop.change(shop.zoneId, 'DELETE', www.alias(shop.blue))
  })

  test.each<[string, () => ResourceRecordSet[], RegExp]>([
    [
      'addresses',
      () => [{ Name: www.name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] }],
      /holds addresses/,
    ],
    [
      'latencies',
      () => [{ ...www.alias(shop.blue), SetIdentifier: 'a', Region: 'eu-west-1' }],
      /is routed by latency/,
    ],
    [
      'another name',
      () => [{ Name: www.name, Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: 'example.org' }] }],
      /leads to example.org, which is no load balancer/,
    ],
    ['two balancers', () => [www.alias(shop.blue), www.alias(shop.green, 'AAAA')], /different balancers/],
  ])('refuses a record of %s', async (_, made, message) => {
    await www.put(...made())
    await expect(www.find()).rejects.toMatchObject({
      code: 'E_RECORD_UNSUPPORTED',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    })
  })

  test.each<[string, () => Omit<ResourceRecordSet, 'Name'>]>([
    [
      'an alias of',
      () => ({
        Type: 'A',
        AliasTarget: { HostedZoneId: shop.zoneId, DNSName: www.name, EvaluateTargetHealth: false },
      }),
    ],
    ['a CNAME to', () => ({ Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: www.name }] })],
  ])('refuses %s another record, and names that', async (what, made) => {
    await www.put(www.alias(shop.blue))
    const other = `other-${www.name}`
    await www.put({ ...made(), Name: other })
    await expect(shop.dns.find(shop.steps(), other)).rejects.toMatchObject({
      code: 'E_RECORD_UNSUPPORTED',
      message: `${other} is ${what} another record, ${www.name}`,
      hint: `switch that one: name ${www.name}`,
    })
  })

  test('takes the longest public zone, and asks which of two is meant', async () => {
    const inner = await shop.createZone('inner.example.test')
    expect((await shop.dns.find(shop.steps(), 'www.inner.example.test')).zoneId).toBe(inner)
    const twin = await shop.createZone('inner.example.test', true)
    await expect(shop.dns.find(shop.steps(), 'www.inner.example.test')).rejects.toMatchObject({
      code: 'E_ZONE_AMBIGUOUS',
      message: expect.stringMatching(new RegExp(`${inner}|${twin}`)),
    })
    expect((await shop.dns.find(shop.steps(), 'www.inner.example.test', { zone: inner })).zoneId).toBe(inner)
    await expect(shop.dns.find(shop.steps(), 'www.example.org')).rejects.toMatchObject({
      code: 'E_ZONE_NOT_FOUND',
    })
    for (const zone of ['ZNONE', inner])
      await expect(shop.dns.find(shop.steps(), www.name, { zone })).rejects.toMatchObject({
        code: 'E_ZONE_NOT_FOUND',
      })
  })
})

test('a longer private zone is meant as well, where it has the name', async () => {
  await www.put(www.alias(shop.blue))
  const hidden = await shop.createZone(www.name, true)
  expect((await www.find()).zoneId).toBe(shop.zoneId)
  await shop.change(hidden, 'UPSERT', www.alias(shop.green))
  await expect(www.find()).rejects.toMatchObject({
    code: 'E_ZONE_AMBIGUOUS',
    message: `${www.name} is in 2 hosted zones: ${hidden} (private ${www.name}), ${shop.zoneId} (public example.test)`,
  })
  for (const zone of [hidden, shop.zoneId])
    expect((await shop.dns.find(shop.steps(), www.name, { zone })).zoneId).toBe(zone)
})

test('a name below a delegation is refused: nobody would see its record', async () => {
  const Name = `away.${www.name}`
  await www.put({ Name, Type: 'NS', TTL: 60, ResourceRecords: [{ Value: 'ns.elsewhere.test' }] })
  for (const name of [`deep.${Name}`, Name])
    await expect(shop.dns.find(shop.steps(), name)).rejects.toMatchObject({
      code: 'E_ZONE_DELEGATED',
      message: `${Name} is delegated: the hosted zone ${shop.zoneId} of example.test leaves it to other name servers`,
    })
  expect((await www.find()).zoneId).toBe(shop.zoneId)
})
