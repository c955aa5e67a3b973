import { expect, test } from 'vitest'
import { scaledClock } from '../../clock.ts'
import { openStore } from '../../store.ts'
import { MetricBook } from './metric-book.ts'

const start = Date.parse('2026-01-01T12:00:00Z') / 1000
const orders = { namespace: 'Shop', name: 'Orders', dimensions: [], unit: 'Count' } as const

test('points are merged into one a minute after ten minutes, and gone after three hours', () => {
  let now = start
  const store = openStore()
  const book = new MetricBook(store, { ...scaledClock(1), now: () => new Date(now * 1000) })
  const add = (): void => book.add(orders, [{ at: now, count: 1, sum: now - start, min: 0, max: 9 }])
  for (const second of [0, 6, 12, 65]) {
    now = start + second
    add()
  }
  const times = (): number[] => book.points('Shop', 'Orders', []).map(({ at }) => at - start)
  expect(times()).toEqual([0, 6, 12, 65])

  now = start + 665
  add()
  expect(times()).toEqual([0, 65, 665])
  expect(book.points('Shop', 'Orders', [])[0]).toEqual({ at: start, count: 3, sum: 18, min: 0, max: 9 })

  now = start + 3 * 3600 + 10
  add()
  expect(times()).toEqual([60, 660, 3 * 3600 + 10])
  // The next cloud process finds what this one left.
  expect(new MetricBook(store, scaledClock(1)).metrics()).toEqual([
    { Namespace: 'Shop', MetricName: 'Orders', Dimensions: [] },
  ])
})
