import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { describe, expect, test } from 'vitest'
import { onShop } from './testing/on-shop.ts'
import type { NameInZone, Shop } from './testing/shop.ts'

let shop: Shop
let www: NameInZone
onShop((...given) => {
  ;[shop, www] = given
})

describe('the names of a balancer', () => {
  test('are told all at once, but the one that is switched', async () => {
    const shared = await shop.createBalancer('shared')
    await www.put(www.alias(shared), www.alias(shared, 'AAAA'))
    const found = await www.find()
    const t = shop.steps()
    await shop.dns.unnamed(t, [shared], { without: found })
    expect(t.taken).toEqual(['see that no other name leads to shared'])
    const others = ['a', 'b'].map((label) => `${label}.${www.name}`)
    for (const Name of others) await www.put({ ...www.alias(shared), Name })
    // One that follows the switched name is no other.
    const follows = { HostedZoneId: shop.zoneId, DNSName: www.name, EvaluateTargetHealth: false }
    await www.put({ Name: `c.${www.name}`, Type: 'A', AliasTarget: follows })
    await expect(shop.dns.unnamed(shop.steps(), [shared], { without: found })).rejects.toMatchObject({
      code: 'E_BALANCER_NAMED',
      message: `${others.join(', ')} lead to load balancer shared`,
      hint: `to be switched as well it has to follow ${www.name}: make it an alias of that, or a CNAME to it`,
    })
    const unmade = await shop.dns.find(shop.steps(), `new.${www.name}`)
    await expect(shop.dns.unnamed(shop.steps(), [shared], { without: unmade })).rejects.toMatchObject({
      message: expect.stringMatching(`^${www.name}, a.${www.name}, .* lead to`),
      hint: expect.stringMatching(`switch one that leads there in place of new.${www.name}`),
    })
    // The same name in another zone is another record.
    const hidden = await shop.createZone(www.name, true)
    await expect(
      shop.dns.unnamed(shop.steps(), [shared], { without: { ...found, zoneId: hidden } }),
    ).rejects.toMatchObject({ message: expect.stringMatching(`^${www.name}, a.`) })
  })

  test('are found in every zone, aliases and CNAMEs, however they are routed', async () => {
    const balancer = await shop.createBalancer('named')
    await shop.dns.unnamed(shop.steps(), [balancer])
    const HostedZoneId = await shop.createZone('hidden.test', true)
    const Name = 'inner.hidden.test'
    const records: ResourceRecordSet[] = [
      { ...www.alias(balancer, 'AAAA', 'dualstack.'), Name },
      { Name, Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: balancer.dnsName.toUpperCase() }] },
      { ...www.alias(balancer), Name, SetIdentifier: 'one', Weight: 0 },
    ]
    for (const ResourceRecordSet of records) {
      await shop.change(HostedZoneId, 'UPSERT', ResourceRecordSet)
      await expect(shop.dns.unnamed(shop.steps(), [balancer])).rejects.toMatchObject({
        code: 'E_BALANCER_NAMED',
        message: 'inner.hidden.test leads to load balancer named',
      })
      await shop.change(HostedZoneId, 'DELETE', ResourceRecordSet)
    }
    await shop.dns.unnamed(shop.steps(), [balancer])
  })
})
