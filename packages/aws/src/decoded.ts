import { z } from '@viridian/core/zod'

/**
 * What the SDK has decoded by the schema of its own client: an object with the members that its type names, all of them
 * optional. For what a copy hands from AWS to AWS whole; what a decision depends on gets a schema of its own.
 *
 * @example
 * ```ts
 * import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
 *
 * const Groups = z.object({ AutoScalingGroups: z.array(decoded<AutoScalingGroup>()) })
 * ```
 */
export const decoded = <Shape extends object>(): z.ZodType<Shape> =>
  z.custom<Shape>((value) => typeof value === 'object' && value !== null)
