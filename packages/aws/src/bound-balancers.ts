import { z } from '@viridian/core/zod'
import type { BalancerRef } from './load-balancer.ts'

/** The part of a group's description that says what it puts its instances behind. */
export const Bindings = z.object({
  LoadBalancerNames: z.array(z.string()).default([]),
  TargetGroupARNs: z.array(z.string()).default([]),
  /** Those of every kind: `elb`, `elbv2`, `vpc-lattice`. */
  TrafficSources: z.array(z.object({ Identifier: z.string(), Type: z.string().optional() })).default([]),
})

export type Bindings = z.infer<typeof Bindings>

/** What a group puts its instances behind, however it is bound to it. */
export interface Bound {
  /** Classic load balancers, by name. */
  readonly classic: readonly string[]
  /** Target groups of ALBs and NLBs, by ARN. */
  readonly targetGroups: readonly string[]
  /** What else there is: target groups of VPC Lattice, by ARN. */
  readonly others: readonly string[]
}

/**
 * What a group of this description is bound to.
 *
 * @example
 * ```ts
 * boundTo({ LoadBalancerNames: ['web'], TargetGroupARNs: [], TrafficSources: [] }).classic // ['web']
 * ```
 */
export function boundTo({ LoadBalancerNames, TargetGroupARNs, TrafficSources }: Bindings): Bound {
  const ofType = (type: string): string[] =>
    TrafficSources.filter((source) => typeOf(source) === type).map(({ Identifier }) => Identifier)
  const known = [...LoadBalancerNames, ...TargetGroupARNs, ...ofType('elb'), ...ofType('elbv2')]
  return {
    classic: [...new Set([...LoadBalancerNames, ...ofType('elb')])],
    targetGroups: [...new Set([...TargetGroupARNs, ...ofType('elbv2')])],
    others: TrafficSources.map(({ Identifier }) => Identifier).filter((id) => !known.includes(id)),
  }
}

/**
 * Whether a group of this description is bound to a balancer.
 *
 * @example
 * ```ts
 * const group = { LoadBalancerNames: ['web'], TargetGroupARNs: [], TrafficSources: [] }
 * isBoundTo(group, { kind: 'classic', name: 'web' }) // true
 * ```
 */
export function isBoundTo(group: Bindings, balancer: BalancerRef): boolean {
  const { classic, targetGroups } = boundTo(group)
  return balancer.kind === 'classic' ? classic.includes(balancer.name) : targetGroups.includes(balancer.arn)
}

// A group of old may not say the type. Only what is no classic load balancer is named by an ARN.
function typeOf({ Identifier, Type }: Bindings['TrafficSources'][number]): string {
  if (Type !== undefined) return Type
  if (!Identifier.startsWith('arn:')) return 'elb'
  return /^arn:[^:]+:elasticloadbalancing:/.test(Identifier) ? 'elbv2' : 'other'
}
