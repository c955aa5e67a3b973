import { expect, test } from 'vitest'
import { parsePin, pinText, replacementIn } from './pin-tag.ts'

const processes = ['AZRebalance', 'AlarmNotification', 'ScheduledActions', 'ReplaceUnhealthy']
const all = {
  ...{ run: '20261101-101010-aaaa', max: 1000, processes, source: '0123456789ab' },
  ...{ rebalance: true as const, lifetime: 31_536_000 },
}

test('a tag says what was turned off, and is read again', () => {
  const pin = parsePin(pinText({ ...all, by: 'ada@here' }))
  expect(pin).toEqual({ ...all, by: 'ada@here' })
  expect(pin && replacementIn(pin)).toEqual({ capacityRebalance: true, maxInstanceLifetime: 31_536_000 })
})

test('a tag of an earlier version is read too', () => {
  const pin = parsePin(JSON.stringify({ run: all.run, max: 4, processes }))
  expect(pin).toEqual({ run: all.run, max: 4, processes })
  expect(pin && replacementIn(pin)).toBeUndefined()
})

test('a tag is never longer than AWS takes: who began the run is cut', () => {
  const by = `ada@${'host-'.repeat(50)}`
  const text = pinText({ ...all, by })
  expect(text.length).toBe(256)
  expect(by.startsWith(parsePin(text)?.by ?? '-')).toBe(true)
  expect(parsePin(text)).toMatchObject(all)
})
