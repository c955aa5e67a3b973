import { expect, test } from 'vitest'
import { onShop } from './testing/on-shop.ts'
import type { NameInZone, Shop } from './testing/shop.ts'

let shop: Shop
let www: NameInZone
onShop((...given) => {
  ;[shop, www] = given
})

const from = () => ({ from: [shop.green] })

test('a name that leads nowhere is served by nobody, unless it is gone on purpose', async () => {
  await www.put(www.alias(shop.blue))
  const found = await www.find()
  await shop.dns.moved(shop.steps(), found, from())
  await shop.change(shop.zoneId, 'DELETE', ...(await www.sets()))
  await expect(shop.dns.moved(shop.steps(), found, from())).rejects.toMatchObject({
    code: 'E_RECORD_UNSERVED',
    message: `${www.name} leads nowhere`,
    hint: expect.stringMatching(/if it is deleted on purpose: tasks resume \S+ --name-gone/),
  })
  await shop.dns.moved(shop.steps(), found, { ...from(), gone: true })
})

test('one that is said to be gone and leads where nobody is in service is not passed over', async () => {
  await www.put(www.alias(shop.green))
  const found = await www.find()
  await expect(shop.dns.moved(shop.steps(), found, { from: [], gone: true })).rejects.toMatchObject({
    code: 'E_RECORD_UNSERVED',
    message: `${www.name} leads to web-green, where 0 of 0 are in service`,
  })
})
