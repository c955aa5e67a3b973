import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tail } from './tail.ts'

test('keeps the last part of whatever comes', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 20 }), (pieces, limit) => {
      const tail = new Tail(limit)
      for (const piece of pieces) tail.add(Buffer.from(piece))
      const all = pieces.join('')
      expect(tail.toString()).toBe(all.length > limit ? all.slice(-limit) : all)
      expect(tail.truncated).toBe(all.length > limit)
    }),
  )
})

test('puts characters together that came in two pieces', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 20 }), (text, cut) => {
      const bytes = Buffer.from(text)
      const tail = new Tail(1000)
      tail.add(bytes.subarray(0, cut))
      tail.add(bytes.subarray(cut))
      expect(tail.toString()).toBe(bytes.toString())
    }),
  )
})

test('does not begin with half a character', () => {
  const tail = new Tail(6)
  tail.add(Buffer.from('𝄞𝄞'))
  expect(tail.toString()).toBe('𝄞')
})

test('takes bytes that are no text for what they are', () => {
  const tail = new Tail(8)
  tail.add(Buffer.alloc(100, 0x80))
  expect(tail.truncated).toBe(true)
  expect(tail.toString()).not.toContain('\u0080')
})

test('holds no more than twice its limit', () => {
  const tail = new Tail(1_000)
  for (let i = 0; i < 100_000; i += 1) tail.add(Buffer.from('0123456789'))
  expect(tail.toString()).toBe('0123456789'.repeat(100))
})
