import type { BalancerMembers } from './balancer-members.ts'
import { classicMembers } from './classic-members.ts'
import type { BalancerRef, FrontRef } from './load-balancer.ts'
import { targetGroupMembers } from './target-group-members.ts'

/**
 * Who is behind a balancer, asked and changed in the same words whatever its kind.
 *
 * @example
 * ```ts
 * await membersOf(front).register(c, ['i-1', 'i-2'])
 * ```
 */
export const membersOf = (balancer: BalancerRef): BalancerMembers =>
  balancer.kind === 'classic' ? classicMembers(balancer) : targetGroupMembers(balancer)

/**
 * The call by which a balancer, or what is behind a front, is asked for what it thinks of instances.
 *
 * @example
 * ```ts
 * healthCall({ kind: 'classic' }) // 'elasticloadbalancing:DescribeInstanceHealth'
 * ```
 */
export const healthCall = ({ kind }: Pick<FrontRef, 'kind'>): string =>
  kind === 'classic'
    ? 'elasticloadbalancing:DescribeInstanceHealth'
    : 'elasticloadbalancing:DescribeTargetHealth'

/** The calls by which balancers of every kind are asked for what they think of instances. */
export const healthCalls = [
  'elasticloadbalancing:DescribeInstanceHealth',
  'elasticloadbalancing:DescribeTargetHealth',
]

/** The calls by which instances are registered with balancers of every kind, and taken out. */
export const registrationCalls = [
  'elasticloadbalancing:RegisterInstancesWithLoadBalancer',
  'elasticloadbalancing:DeregisterInstancesFromLoadBalancer',
  'elasticloadbalancing:RegisterTargets',
  'elasticloadbalancing:DeregisterTargets',
]
