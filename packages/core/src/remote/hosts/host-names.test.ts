import { expect, it } from 'vitest'
import { hostNames } from './host-names.ts'

const web = (...numbers: number[]): string[] => numbers.map((each) => `web-${each}`)

it.each([
  [[], ''],
  [['web-1'], 'web-1'],
  [web(1, 2), 'web-1, web-2'],
  [web(1, 2, 3), 'web-[1-3]'],
  [web(10, 9, 8, 3, 1, 2, 5), 'web-[1-3,5,8-10]'],
  [web(1, 2, 4), 'web-[1,2,4]'],
  [[...web(1, 2, 3), 'db-1', 'cache'], 'web-[1-3], db-1, cache'],
  [['n08', 'n09', 'n10', 'n11'], 'n[08-11]'],
  [['a8', 'a09', 'a9', 'a10'], 'a[8,9,09,10]'],
  [['web-1.dc2.test', 'web-2.dc2.test', 'web-3.dc2.test'], 'web-[1-3].dc2.test'],
  [['127.20.102.7', '127.20.102.8', '127.20.102.9'], '127.20.102.[7-9]'],
  [
    ['i-0dd75c97a5a800317', 'i-0be251f652297b48d', 'i-0a114da1c51598353'],
    'i-0dd75c97a5a800317, i-0be251f652297b48d, i-0a114da1c51598353',
  ],
  [['10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.2.1'], '10.0.1.[1-3], 10.0.2.1'],
])('names %j as %j', (names, told) => {
  expect(hostNames(names)).toBe(told)
})

it('is no slower than its names are many', () => {
  const names = Array.from({ length: 5000 }, (_, index) => `web-${index + 1}`)
  expect(hostNames(names)).toBe('web-[1-5000]')
})
