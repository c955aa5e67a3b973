import fc from 'fast-check'
import { expect, test } from 'vitest'
import { difference } from './difference.ts'

test('says which lines go and which come, and no others', () => {
  expect(difference(['a', 'b', 'c'], ['a', 'x', 'c', 'd'])).toEqual([
    { sign: '-', line: 'b' },
    { sign: '+', line: 'x' },
    { sign: '+', line: 'd' },
  ])
  expect(difference(['a', 'b'], ['a', 'b'])).toEqual([])
  expect(difference([], ['a'])).toEqual([{ sign: '+', line: 'a' }])
})

test('turns the first text into the second one', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const changes = difference(before, after)
      const gone = changes.filter(({ sign }) => sign === '-').map(({ line }) => line)
      const come = changes.filter(({ sign }) => sign === '+').map(({ line }) => line)
      expect([...before, ...come].sort()).toEqual([...after, ...gone].sort())
      expect(gone.length + come.length).toBeLessThanOrEqual(before.length + after.length)
    }),
  )
})
