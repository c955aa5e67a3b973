import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineSplitter } from './line-splitter.ts'

function linesOf(...pieces: string[]): string[] {
  const lines: string[] = []
  const splitter = new LineSplitter((line) => lines.push(line))
  for (const piece of pieces) splitter.add(piece)
  splitter.end()
  return lines
}

test('gives whole lines, however the text is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r') })), (pieces) => {
      expect(linesOf(...pieces)).toEqual(linesOf(pieces.join('')))
    }),
  )
  expect(linesOf('one\ntw', 'o\n\nthree')).toEqual(['one', 'two', '', 'three'])
})

test('shows a line as a terminal would in the end', () => {
  expect(linesOf('windows\r', '\n')).toEqual(['windows'])
  expect(linesOf('10%\r20%\r100%\ndone\r\n')).toEqual(['100%', 'done'])
})

test('does not keep a line that never ends', () => {
  const bar = Array.from({ length: 10_000 }, (_, step) => `${step} of 10000\r`)
  expect(linesOf(...bar, 'ready')).toEqual(['ready'])
  const lines = linesOf('x'.repeat(50_000), 'y')
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.join('')).toBe(`${'x'.repeat(50_000)}y`)
})
