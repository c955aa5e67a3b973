import type { StepContext } from '@viridian/core'
import { awsCode } from './aws-error.ts'
import type { BalancerRef } from './load-balancer.ts'

/** What a balancer thinks of one instance. */
export interface MemberHealth {
  /** The balancer that was asked. */
  readonly balancer: BalancerRef
  /** The id of the instance: `i-0123456789abcdef0`. */
  readonly id: string
  /**
   * `InService`; `Draining` on its way out; `Absent`: not registered there. Otherwise AWS's own word: `OutOfService`,
   * `initial`, `unhealthy`, `unused`.
   */
  readonly state: string
  /** AWS's own words, for people. */
  readonly reason: string
}

/** Who is behind a balancer: all that differs between a classic load balancer and a target group. */
export interface BalancerMembers {
  /** How a person registers instances by hand. */
  readonly registerCommand: string
  /** How a person asks for that. */
  readonly healthCommand: string
  /** What the balancer thinks of exactly these instances: one answer each, whatever AWS leaves out. */
  health(c: StepContext, ids: readonly string[]): Promise<MemberHealth[]>
  /** All that are registered, in service or not, and those that are still draining; none when the balancer is gone. */
  registered(c: StepContext): Promise<string[]>
  /** Those in service, of all that are registered; none when the balancer is gone. */
  inService(c: StepContext): Promise<string[]>
  /** Has the balancer send traffic to these instances; those that it has already are no error. */
  register(c: StepContext, ids: readonly string[]): Promise<void>
  /** Takes these instances out: connections under way are drained. */
  deregister(c: StepContext, ids: readonly string[]): Promise<void>
}

/**
 * Whether a call has failed because the balancer is there no more.
 *
 * @example
 * ```ts
 * const members = await balancerHealth(c, [front], ids).catch((error: unknown) => {
 *   if (isBalancerGone(error)) return []
 *   throw error
 * })
 * ```
 */
export const isBalancerGone = (error: unknown): boolean =>
  /^(LoadBalancer|TargetGroup)NotFound$/.test(awsCode(error) ?? '')
