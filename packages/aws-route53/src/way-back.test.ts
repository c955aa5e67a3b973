import { defineChange } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { expect, test } from 'vitest'
import { onShop } from './testing/on-shop.ts'
import type { NameInZone, Shop } from './testing/shop.ts'

let shop: Shop
let www: NameInZone
onShop((...given) => {
  ;[shop, www] = given
})

test('sees beforehand that it can go back', async () => {
  await www.put(www.alias(shop.blue))
  const t = shop.steps()
  await www.toGreen(t)
  await t.seeUndoable()
  expect(await www.sets()).toMatchObject([{ AliasTarget: { DNSName: expect.stringContaining('web-green') } }])
})

test('leaves alone what somebody else has made of it since', async () => {
  await www.put(www.alias(shop.blue))
  const t = shop.steps()
  await www.toGreen(t)
  await www.put({ Name: www.name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.7' }] })
  expect(await t.undo()).toEqual([
    { leftAlone: expect.stringMatching(`the record ${www.name}: somebody has changed it.*192.0.2.7`) },
  ])
  expect((await www.sets())[0]?.ResourceRecords).toEqual([{ Value: '192.0.2.7' }])
})

test('does not let go of what somebody else has changed and left at green', async () => {
  await www.put(www.alias(shop.blue))
  const t = shop.steps()
  await www.toGreen(t)
  const tuned = www.alias(shop.green)
  if (tuned.AliasTarget) tuned.AliasTarget.EvaluateTargetHealth = false
  await www.put(tuned)
  const stays = {
    code: 'E_RECORD_CHANGED',
    message: expect.stringMatching(`^${www.name} still leads to web-green`),
    hint: expect.stringMatching(/point it at web by hand/),
  }
  await expect(t.seeUndoable()).rejects.toMatchObject(stays)
  await expect(t.undo()).rejects.toMatchObject(stays)
  expect(await shop.resolver.resolve4(www.name)).toEqual(await shop.resolver.resolve4(shop.green.dnsName))
})

test('does not go back to a balancer where nobody is, and does not wait for anybody there', async () => {
  // The other way round: nothing is registered with web-green.
  await www.put(www.alias(shop.green))
  const t = shop.steps()
  const found = await shop.dns.find(t, www.name)
  await shop.dns.switch(t, found, { from: shop.green, to: shop.blue, capacity: 1, withinMs: 3_600_000 })
  const stays = {
    code: 'E_BLUE_UNHEALTHY',
    message: `${www.name} stays at web (3 in service): web-green has 0 of 1 in service`,
  }
  await expect(t.seeUndoable()).rejects.toMatchObject(stays)
  await expect(t.undo()).rejects.toMatchObject(stays)
  expect(await shop.resolver.resolve4(www.name)).toEqual(await shop.resolver.resolve4(shop.blue.dnsName))
})

/** Takes all that are registered with blue out of it, as a move of another plugin does. */
const emptyBlue = () => {
  const { elb } = shop.cloud
  const LoadBalancerName = 'web'
  const registered = z.object({ ids: z.array(z.string()) })
  const instances = (ids: readonly string[]) => ids.map((InstanceId) => ({ InstanceId }))
  return defineChange({
    name: 'test/empty-blue',
    version: 1,
    input: z.null(),
    beforeSchema: registered,
    output: z.null(),
    calls: [],
    title: () => 'empty web',
    before: async () => {
      const { LoadBalancerDescriptions: [web] = [] } = await elb.describeLoadBalancers({
        LoadBalancerNames: [LoadBalancerName],
      })
      return { ids: (web?.Instances ?? []).map(({ InstanceId = '' }) => InstanceId) }
    },
    run: async (_, { before: { ids } }) => {
      await elb.deregisterInstancesFromLoadBalancer({ LoadBalancerName, Instances: instances(ids) })
      return null
    },
    find: async () => ({ status: 'absent' }),
    undo: async (_, { before: { ids } }) => {
      await elb.registerInstancesWithLoadBalancer({ LoadBalancerName, Instances: instances(ids) })
      return undefined
    },
    restores: (_, { ids }) => ids.map((id) => `instance/${id}`),
    touches: () => [],
  })
}

test('counts on those whom the undos ahead of it put back, and waits for them', async () => {
  await www.put(www.alias(shop.blue))
  const t = shop.steps()
  await www.toGreen(t)
  await t.step(emptyBlue(), null)
  await t.seeUndoable()
  expect(await t.undo()).toEqual([undefined, undefined])
  expect(await shop.resolver.resolve4(www.name)).toEqual(await shop.resolver.resolve4(shop.blue.dnsName))
})

test('goes back to fewer than there were, when they are no fewer than where it is', async () => {
  await www.put(www.alias(shop.blue))
  const t = shop.steps()
  await www.toGreen(t, { capacity: 5, withinMs: 100 })
  expect(await t.undo()).toEqual([undefined])
  expect(await shop.resolver.resolve4(www.name)).toEqual(await shop.resolver.resolve4(shop.blue.dnsName))
})
