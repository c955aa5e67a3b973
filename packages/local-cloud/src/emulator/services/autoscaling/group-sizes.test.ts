import { describe, expect, test } from 'vitest'
import { sizesAfter, sizesRefusal } from './group-sizes.ts'

const current = { min: 2, max: 6, desired: 4 }

describe('the sizes of a group', () => {
  test.each([
    ['a larger minimum raises desired', { min: 5 }, { min: 5, max: 6, desired: 5 }],
    ['a smaller maximum lowers it', { max: 3 }, { min: 2, max: 3, desired: 3 }],
    ['a smaller minimum leaves it', { min: 0 }, { min: 0, max: 6, desired: 4 }],
    ['a desired of its own', { min: 0, desired: 1 }, { min: 0, max: 6, desired: 1 }],
  ])('%s', (_what, asked, after) => {
    expect(sizesAfter(current, asked)).toEqual(after)
  })

  test('refusals', () => {
    expect(() => sizesAfter(current, { min: 7 })).toThrow(
      'Max bound, 6, must be greater than or equal to min bound, 7',
    )
    expect(() => sizesAfter(current, { desired: 7 })).toThrow(
      'Desired capacity:7 must be between the specified min size:2 and max size:6',
    )
    expect(() => sizesAfter(current, { min: -1 })).toThrow('greater than or equal to 0')
    expect(sizesRefusal({ name: 'web', ...current }, 'attach', 3).message).toBe(
      'AutoScalingGroup web has min-size=2, max-size=6, and desired-size=4. To attach 3 instances, please update the AutoScalingGroup sizes appropriately.',
    )
  })
})
