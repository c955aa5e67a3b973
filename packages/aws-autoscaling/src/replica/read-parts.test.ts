import { expect, test } from 'vitest'
import { isPast } from './read-parts.ts'

const now = Date.parse('2026-11-25T12:00:00Z')
const before = new Date('2026-11-25T11:59:00Z')
const after = new Date('2026-11-25T12:01:00Z')

test.each([
  ['one that was to happen once, before', { StartTime: before }, true],
  ['one that will happen once', { StartTime: after }, false],
  ['one that recurs, and has begun', { StartTime: before, Recurrence: '0 6 * * *' }, false],
  ['one that recurs from now on', { Recurrence: '0 6 * * *' }, false],
  ['one that recurred until it ended', { Recurrence: '0 6 * * *', EndTime: before }, true],
  ['one that recurs until it ends', { StartTime: before, Recurrence: '0 6 * * *', EndTime: after }, false],
])('%s', (_what, action, past) => {
  expect(isPast(action, now)).toBe(past)
})
