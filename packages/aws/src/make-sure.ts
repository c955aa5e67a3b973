import type { StepContext } from '@viridian/core'
import { lookFor } from './poll.ts'

/**
 * Makes a change that an attempt whose answer was lost may have made already: AWS then refuses the next attempt. A
 * failure counts only when `isMade` has not seen for three seconds that it was made: that may show late.
 *
 * @example
 * ```ts
 * const gone = { LoadBalancerName: 'web--1' }
 * const change = () => elbApi(c, 'DeleteLoadBalancer', gone, z.object({}))
 * await makeSure(c, change, async () => (await listClassicBalancers(c)).every(({ name }) => name !== 'web--1'))
 * ```
 */
export async function makeSure(
  c: Pick<StepContext, 'signal'>,
  change: () => Promise<unknown>,
  isMade: () => Promise<boolean>,
): Promise<void> {
  try {
    await change()
  } catch (error) {
    if (!(await lookFor(c, isMade))) throw error
  }
}
