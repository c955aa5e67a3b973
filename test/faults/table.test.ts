import { expect, it } from 'vitest'
import { markdownOf, readTable, sumOf } from './table.ts'

const one = new Map([
  ['killed before, resumed', [3, 2, 1, 0]],
  ['answer lost', [5, 5, 0, 0]],
])
const other = new Map([
  ['answer lost', [2, 1, 0, 1]],
  ['hung', [1, 1, 0, 0]],
])

it('is read as it is written', () => {
  const text = markdownOf(one)
  expect(text).toContain('\n| **all** | 8 | 7 | 1 | 0 |')
  expect(new Map(readTable(`above\n\n${text}\n\nbelow | 1 |`))).toEqual(one)
})

it('adds up the parts of a campaign', () => {
  expect(new Map(sumOf(one, other))).toEqual(
    new Map([
      ['killed before, resumed', [3, 2, 1, 0]],
      ['answer lost', [7, 6, 0, 1]],
      ['hung', [1, 1, 0, 0]],
    ]),
  )
})
