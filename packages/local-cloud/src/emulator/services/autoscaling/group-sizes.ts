import type { AwsError } from '../../service.ts'
import { validationError, within } from '../constraint.ts'

export interface Sizes {
  readonly min: number
  readonly max: number
  readonly desired: number
}

/**
 * The sizes of a group after a request that gives some of them. Without a desired capacity, a larger minimum
 * raises it and a smaller maximum lowers it.
 *
 * @throws AwsError `ValidationError` in AWS's words.
 */
export function sizesAfter(
  current: Sizes,
  asked: {
    readonly min?: number | undefined
    readonly max?: number | undefined
    readonly desired?: number | undefined
  },
): Sizes {
  const min = within(asked.min ?? current.min, 'minSize', 0, 10_000)
  const max = within(asked.max ?? current.max, 'maxSize', 0, 10_000)
  if (min > max) {
    throw validationError(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`)
  }
  const { desired } = asked
  if (desired === undefined) return { min, max, desired: Math.min(Math.max(current.desired, min), max) }
  if (desired < min || desired > max) {
    throw validationError(
      `Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`,
    )
  }
  return { min, max, desired }
}

/** The refusal of a move of `count` instances that would take a group beyond its sizes. */
export function sizesRefusal(
  group: Sizes & { readonly name: string },
  move: 'attach' | 'detach' | 'place into standby' | 'move out of standby',
  count: number,
): AwsError {
  const instances = count === 1 ? 'instance' : 'instances'
  return validationError(
    `AutoScalingGroup ${group.name} has min-size=${group.min}, max-size=${group.max}, and desired-size=${group.desired}. To ${move} ${count} ${instances}, please update the AutoScalingGroup sizes appropriately.`,
  )
}
