import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { scaledClock } from '../../clock.ts'
import { openStore } from '../../store.ts'
import type { Zone } from './hosted-zone.ts'
import { ZoneBook } from './zone-book.ts'

test('the last thousand changes are remembered, and those that are on their way', async () => {
  const book = new ZoneBook({ store: openStore(), clock: scaledClock(0.001), syncLatency: 1 })
  const zone: Zone = {
    id: 'Z1',
    name: 'example.test.',
    callerReference: 'one',
    privateZone: false,
    records: [],
    served: [],
    tags: {},
  }
  const first = book.add(zone).Id
  const rest = Array.from({ length: 1001 }, () => book.change(zone, []).Id)
  // Nothing is in sync yet.
  expect(book.findChange(first).Status).toBe('PENDING')
  while (book.findChange(rest.at(-1)).Status === 'PENDING') await sleep(5)
  book.change(zone, [])
  expect(() => book.findChange(first)).toThrow('does not exist')
  expect(() => book.findChange(rest[1])).toThrow('does not exist')
  expect(book.findChange(rest[2]).Status).toBe('INSYNC')
  book.close()
})
