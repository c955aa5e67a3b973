import { expect, test } from 'vitest'
import { adjusted, stepFor } from './adjustment.ts'

test.each([
  [4, 'ChangeInCapacity', -3, undefined, 1],
  [4, 'ExactCapacity', 7, undefined, 7],
  [10, 'PercentChangeInCapacity', 127, undefined, 22],
  [2, 'PercentChangeInCapacity', 30, undefined, 3],
  [2, 'PercentChangeInCapacity', -30, undefined, 1],
  [10, 'PercentChangeInCapacity', -66, undefined, 4],
  [4, 'PercentChangeInCapacity', 25, 2, 6],
  [4, 'PercentChangeInCapacity', -25, 2, 2],
  [0, 'PercentChangeInCapacity', 50, undefined, 0],
] as const)('%i by %s of %i', (from, type, amount, magnitude, to) => {
  expect(adjusted(from, type, amount, magnitude)).toBe(to)
})

const steps = [
  { MetricIntervalUpperBound: -10, ScalingAdjustment: -2 },
  { MetricIntervalLowerBound: -10, MetricIntervalUpperBound: 0, ScalingAdjustment: -1 },
  { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
  { MetricIntervalLowerBound: 10, ScalingAdjustment: 2 },
]

test.each([
  [-11, -2],
  [-10, -2],
  [-9.9, -1],
  [0, 1],
  [9.9, 1],
  [10, 2],
])('a breach of %d', (breach, amount) => {
  expect(stepFor(steps, breach)?.ScalingAdjustment).toBe(amount)
})

test('a step that only leads in holds the threshold too', () => {
  expect(stepFor(steps.slice(0, 2), 0)?.ScalingAdjustment).toBe(-1)
  expect(stepFor(steps.slice(0, 2), 1)).toBeUndefined()
})
