import { expect, test } from 'vitest'
import { TimeLine } from './time-line.ts'
import { widthOf } from './width.ts'

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString()

function timeLine(...titles: readonly string[]): TimeLine {
  const line = new TimeLine()
  for (const [index, title] of titles.entries()) {
    const common = { key: `/${index}`, step: title, title }
    line.event({ kind: 'step.started', ...common, type: 'read', at: at(index) })
    line.event({ kind: 'step.finished', ...common, at: at(index + 1), ms: 1000, outcome: 'done' })
  }
  return line
}

const long = timeLine(
  'prepare the release',
  'copy it',
  'restart every service of the website, one after another',
)

test('is as wide as its titles want where there is room', () => {
  const [first = ''] = long.lines()
  expect(first).toBe(`${'prepare the release'.padEnd(52)}  ${'█'.repeat(11)}${' '.repeat(21)}     1.0s`)
  expect(timeLine('a', 'b').lines(200)[1]).toBe(`b  ${' '.repeat(16)}${'█'.repeat(16)}     1.0s`)
})

test('has a line for each step on a narrow terminal, and none where it would say nothing', () => {
  expect(long.lines(37)).toEqual([
    `prepare the rel…  ███            1.0s`,
    `copy it              ███         1.0s`,
    `restart every s…        ███      1.0s`,
  ])
  for (let columns = 0; columns < 120; columns += 1) {
    const lines = long.lines(columns)
    expect(lines).toHaveLength(columns < 27 ? 0 : 3)
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns)
  }
})
