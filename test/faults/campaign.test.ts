import { expect, it } from 'vitest'
import { neediest } from './campaign.ts'

it('gives a fleet to whom most is left for each, and to nobody whose own will do', () => {
  const [small, large] = [
    { left: 12, fleets: 1 },
    { left: 100, fleets: 3 },
  ]
  expect(neediest([small, large])).toBe(large)
  expect(neediest([small, { ...large, fleets: 20 }])).toBe(small)
  expect(neediest([{ left: 2, fleets: 2 }, small])).toBe(small)
  expect(
    neediest([
      { left: 1, fleets: 1 },
      { left: 0, fleets: 0 },
    ]),
  ).toBeUndefined()
})
