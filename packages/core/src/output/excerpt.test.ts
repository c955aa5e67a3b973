import { expect, it } from 'vitest'
import { Excerpt } from './excerpt.ts'

const of = (lines: readonly string[], stream: 'stdout' | 'stderr' = 'stdout'): Excerpt => {
  const excerpt = new Excerpt()
  for (const line of lines) excerpt.add(stream, line)
  return excerpt
}
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index}`)

it('keeps all of a few lines, and the first and last of many', () => {
  expect(of(numbers(20)).lines).toEqual({ first: numbers(10), missing: 0, last: numbers(20).slice(10) })
  expect(of(numbers(100_000)).lines).toEqual({
    first: numbers(10),
    missing: 99_980,
    last: numbers(100_000).slice(-10),
  })
})

it('cuts a line that is very long', () => {
  expect(of(['x'.repeat(5000)]).lines.first).toEqual([`${'x'.repeat(1000)}… (4000 characters more)`])
})

it('tells outputs apart by every line, and by their stream', () => {
  const long = numbers(10_000)
  const other = [...long.slice(0, 5000), 'other', ...long.slice(5001)]
  expect(of(long).identity).toBe(of(long).identity)
  expect(of(long).identity).not.toBe(of(other).identity)
  expect(of(['a']).identity).not.toBe(of(['a'], 'stderr').identity)
  expect(of(['a', 'b']).identity).not.toBe(of(['ab']).identity)
})

it('finds outputs equal however their streams take turns', () => {
  const [one, other] = [of(['a', 'b']), of(['warning'], 'stderr')]
  one.add('stderr', 'warning')
  other.add('stdout', 'a')
  other.add('stdout', 'b')
  expect(one.identity).toBe(other.identity)
})
