import type { StepAdjustment } from '@aws-sdk/client-auto-scaling'

/** How a policy's adjustment is meant. */
export const adjustmentTypes = ['ChangeInCapacity', 'ExactCapacity', 'PercentChangeInCapacity'] as const

export type AdjustmentType = (typeof adjustmentTypes)[number]

/**
 * The capacity that an adjustment leads to, before a group's sizes bound it. A percentage is rounded towards zero,
 * but never to nothing, and `magnitude` is the least that it changes.
 */
export function adjusted(from: number, type: AdjustmentType, amount: number, magnitude = 0): number {
  if (type === 'ExactCapacity') return amount
  if (type === 'ChangeInCapacity') return from + amount
  const change = Math.abs((from * amount) / 100)
  const rounded = change > 0 && change < 1 ? 1 : Math.floor(change)
  return from + Math.sign(amount) * Math.max(rounded, magnitude)
}

/**
 * The step for a metric that is by `breach` beyond the alarm's threshold. Above it a step holds its lower bound and
 * not its upper one; below it is the other way round.
 */
export function stepFor(steps: readonly StepAdjustment[], breach: number): StepAdjustment | undefined {
  const holds = (step: StepAdjustment, above: boolean): boolean => {
    const { lower, upper } = boundsOf(step)
    return above ? lower <= breach && breach < upper : lower < breach && breach <= upper
  }
  // At the threshold itself both readings are possible: the step above is the first.
  return (
    (breach >= 0 ? steps.find((step) => holds(step, true)) : undefined) ??
    (breach <= 0 ? steps.find((step) => holds(step, false)) : undefined)
  )
}

/** A step's bounds, relative to the threshold; one that is not given is infinite. */
export function boundsOf(step: StepAdjustment): { readonly lower: number; readonly upper: number } {
  return {
    lower: step.MetricIntervalLowerBound ?? Number.NEGATIVE_INFINITY,
    upper: step.MetricIntervalUpperBound ?? Number.POSITIVE_INFINITY,
  }
}
