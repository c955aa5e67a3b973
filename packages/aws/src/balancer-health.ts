import type { StepContext } from '@viridian/core'
import { membersOf } from './balancer-kinds.ts'
import type { MemberHealth } from './balancer-members.ts'
import { type BalancerRef, balancerName, type LoadBalancer } from './load-balancer.ts'

/**
 * What balancers think of exactly these instances: one answer an instance and balancer, whatever AWS leaves out.
 *
 * @example
 * ```ts
 * const members = await balancerHealth(c, blue.loadBalancers, ids)
 * const draining = members.filter(({ state }) => state === 'Draining')
 * ```
 */
export async function balancerHealth(
  c: StepContext,
  balancers: readonly BalancerRef[],
  ids: readonly string[],
): Promise<MemberHealth[]> {
  return (await Promise.all(balancers.map((balancer) => membersOf(balancer).health(c, ids)))).flat()
}

/**
 * One line a member that is not in service, for people; none when all are.
 *
 * @example
 * ```ts
 * notInService(await balancerHealth(c, blue.loadBalancers, ids)) // ['i-1 is OutOfService at web (ELB: Health checks failed)']
 * ```
 */
export const notInService = (members: readonly MemberHealth[]): string[] =>
  members
    .filter(({ state }) => state !== 'InService')
    .map(
      ({ id, balancer, state, reason }) =>
        `${id} is ${state} at ${balancerName(balancer)}${reason && ` (${reason})`}`,
    )

/**
 * How long an instance may take to come into service once it is registered and answers, in milliseconds.
 *
 * @example
 * ```ts
 * // ten seconds between checks, three good ones wanted, five seconds for each
 * inServiceWithinMs(blue.loadBalancers) // 115_000
 * ```
 */
export function inServiceWithinMs(balancers: readonly LoadBalancer[]): number {
  const seconds = balancers.map((balancer) => {
    const { interval, timeout, healthyThreshold } = balancer.healthCheck
    return interval * (healthyThreshold + 2) + timeout + slackSeconds(balancer)
  })
  return Math.max(60, ...seconds) * 1000
}

/** What AWS itself takes: a Network Load Balancer begins its health checks minutes after the registration. */
const slackSeconds = (balancer: LoadBalancer): number =>
  balancer.kind === 'targetGroup' && !/^HTTPS?$/.test(balancer.protocol) ? 300 : 60

/**
 * How long leaving balancers may take: the longest draining, and some time for AWS itself, in milliseconds.
 *
 * @example
 * ```ts
 * // draining takes a minute at most
 * leaveWithinMs(blue.loadBalancers) // 360_000
 * ```
 */
export function leaveWithinMs(balancers: readonly LoadBalancer[]): number {
  const slack = 300
  return (Math.max(0, ...balancers.map(({ drainSeconds }) => drainSeconds)) + slack) * 1000
}
