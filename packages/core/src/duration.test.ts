import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { elapsed, formatDuration, longestTimer, parseDuration, parseTimer } from './duration.ts'
import { reportOf } from './error.ts'

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

  test('that is a flag is never a number', () => {
    const hintOf = (what: string): unknown => {
      try {
        return parseDuration('5', what)
      } catch (error) {
        return reportOf(error).hint
      }
    }
    expect(hintOf('--pause')).not.toMatch(/milliseconds/)
    expect(hintOf('pause')).toMatch(/, or as a number of milliseconds$/)
  })

  test('that is none in a task file of JavaScript is refused too', () => {
    for (const nonsense of ['{}', 'null', 'true']) {
      // What no compiler has seen.
      const given: string = JSON.parse(nonsense)
      expect(() => parseDuration(given, 'timeout')).toThrow(
        expect.objectContaining({ code: 'E_DURATION', message: `timeout: ${given} is not a duration` }),
      )
    }
  })

  test('that no timer holds is refused where one is to hold it', () => {
    expect(parseTimer('24d')).toBe(parseDuration('24d'))
    expect(parseTimer(longestTimer)).toBe(longestTimer)
    expect(() => parseTimer('40d', 'timeout')).toThrow(
      expect.objectContaining({ code: 'E_DURATION', message: 'timeout: 40d is too long' }),
    )
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

  test.each([
    [0, '0ms'],
    [99.6, '0.1s'],
    [59_949, '59.9s'],
    [59_960, '1m 00s'],
    [64_000, '1m 04s'],
    [3_599_400, '59m 59s'],
    [3_599_600, '1h 00m'],
    [7_500_000, '2h 05m'],
    [86_399_000, '1d 00h'],
    [266_400_000, '3d 02h'],
  ])('of %d ms is read at a glance: %s', (ms, text) => {
    expect(elapsed(ms)).toBe(text)
  })
})
