import { expect, test } from 'vitest'
import { taggedWith, withEntries } from './tag-set.ts'

const refusals = { thing: 'A thing', repeated: 'Repeated', reserved: 'Reserved', tooMany: 'TooMany' }

test('tags are added to those that are there', () => {
  const present = { team: 'web', stage: 'test' }
  const added = [{ Key: 'stage', Value: 'live' }, { Key: 'empty' }]
  expect(taggedWith(present, added, refusals)).toEqual({ team: 'web', stage: 'live', empty: '' })
})

test.each([
  ['Repeated', ['role', 'role']],
  ['Reserved', ['aws:role']],
  ['Reserved', ['AWS:role']],
  ['TooMany', Array.from({ length: 51 }, (_, index) => `key-${index}`)],
])('%s is refused', (code, keys) => {
  expect(() =>
    withEntries(
      {},
      keys.map((key) => [key, true] as const),
      refusals,
    ),
  ).toThrow(expect.objectContaining({ code }))
})
