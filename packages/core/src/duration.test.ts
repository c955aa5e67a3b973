import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

describe('a duration', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1_500],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['2d', 172_800_000],
    ['0s', 0],
    [250, 250],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds)
  })

  test.each([
    '',
    '30',
    's',
    '-3s',
    '3 weeks',
    '3sx',
    'x3s',
    '1e3s',
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])('%s is refused', (nonsense) => {
    expect(() => parseDuration(nonsense)).toThrow(expect.objectContaining({ code: 'E_DURATION' }))
  })

  test('is written as it is read', () => {
    expect(formatDuration(5_400_000)).toBe('1h30m')
    expect(formatDuration(0)).toBe('0s')
    fc.assert(
      fc.property(fc.nat(), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds)
      }),
    )
  })
})
