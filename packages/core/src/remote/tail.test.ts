import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tail } from './tail.ts'

test('keeps the last part of whatever comes', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 20 }), (pieces, limit) => {
      const tail = new Tail(limit)
      for (const piece of pieces) tail.add(piece)
      const all = pieces.join('')
      expect(tail.toString()).toBe(all.length > limit ? all.slice(-limit) : all)
      expect(tail.truncated).toBe(all.length > limit)
    }),
  )
})

test('does not begin with half a character', () => {
  const tail = new Tail(3)
  tail.add('𝄞𝄞')
  expect(tail.toString()).toBe('𝄞')
})

test('holds no more than twice its limit', () => {
  const tail = new Tail(1_000)
  for (let i = 0; i < 100_000; i += 1) tail.add('0123456789')
  expect(tail.toString()).toBe('0123456789'.repeat(100))
})
