import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { NameInZone, openShop, type Shop } from './shop.ts'

/** One shop for the tests of a file, and for each of them a name that leads nowhere yet. */
export function onShop(take: (shop: Shop, www: NameInZone) => void): void {
  let shop: Shop
  let names = 0
  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(async () => {
    await shop.close()
    expect(shop.cloud.reports).toEqual([])
  })
  beforeEach(() => {
    names += 1
    take(shop, new NameInZone(shop, `www-${names}.example.test`))
  })
}
