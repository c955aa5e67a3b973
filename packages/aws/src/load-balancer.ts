import { z } from '@viridian/core/zod'

/** How a balancer finds out whether an instance may have traffic. Times in seconds. */
export const HealthCheck = z.strictObject({
  /** `HTTP:8080/health`; at a target group's own port `HTTP:traffic-port/health`. */
  target: z.string(),
  interval: z.int(),
  timeout: z.int(),
  healthyThreshold: z.int(),
  unhealthyThreshold: z.int(),
})

export type HealthCheck = z.infer<typeof HealthCheck>

/** A load balancer of the classic kind: one of its own, which its instances are registered with. */
export const ClassicLoadBalancer = z.strictObject({
  kind: z.literal('classic'),
  name: z.string(),
  /** Where its traffic goes in: what an alias of a hosted zone names, and the zone that this name is in. */
  dnsName: z.string(),
  zoneId: z.string(),
  healthCheck: HealthCheck,
  /** How long connections under way may last once an instance is taken out, in seconds; 0: no draining. */
  drainSeconds: z.int(),
})

export type ClassicLoadBalancer = z.infer<typeof ClassicLoadBalancer>

/** A load balancer of version 2: what users come to; its listeners send them to target groups. */
export const LoadBalancerV2 = z.strictObject({
  kind: z.enum(['application', 'network', 'gateway']),
  arn: z.string(),
  name: z.string(),
  /** What an alias of a hosted zone names, and the zone that this name is in; empty for a Gateway Load Balancer. */
  dnsName: z.string(),
  zoneId: z.string(),
})

/** An Application, Network or Gateway Load Balancer. */
export type LoadBalancerV2 = z.infer<typeof LoadBalancerV2>

/** A target group of an Application or Network Load Balancer, whose targets are instances. */
export const TargetGroup = z.strictObject({
  kind: z.literal('targetGroup'),
  arn: z.string(),
  name: z.string(),
  protocol: z.string(),
  /** Where its instances are asked, unless one is registered at another port. */
  port: z.int(),
  healthCheck: HealthCheck,
  /** How long an instance that is taken out is draining, in seconds. */
  drainSeconds: z.int(),
  /** How long a new instance gets less than its share, in seconds; 0: it does not. */
  slowStartSeconds: z.int(),
  /** The load balancers that send traffic to it; none: it is in no listener's use. */
  balancers: z.array(LoadBalancerV2),
})

export type TargetGroup = z.infer<typeof TargetGroup>

/** What spreads traffic over instances: a classic load balancer, or a target group of an ALB or NLB. */
export const LoadBalancer = z.discriminatedUnion('kind', [ClassicLoadBalancer, TargetGroup])

export type LoadBalancer = z.infer<typeof LoadBalancer>

/** Where users come in: a classic load balancer, or an Application or Network Load Balancer with target groups of a fleet. */
export const Front = z.discriminatedUnion('kind', [
  ClassicLoadBalancer,
  LoadBalancerV2.extend({ targetGroups: z.array(TargetGroup) }),
])

export type Front = z.infer<typeof Front>

/** What names a balancer, described or not. */
export type BalancerRef =
  | Pick<ClassicLoadBalancer, 'kind' | 'name'>
  | Pick<TargetGroup, 'kind' | 'name' | 'arn'>

/** What names a balancer or a front. */
export type FrontRef = BalancerRef | Pick<LoadBalancerV2, 'kind' | 'name' | 'arn'>

/**
 * A balancer as people know it.
 *
 * @example
 * ```ts
 * blue.loadBalancers.map(balancerName) // ['web']
 * ```
 */
export const balancerName = ({ name }: FrontRef): string => name

/**
 * A balancer as people know it, and what it is.
 *
 * @example
 * ```ts
 * balancerTitle({ kind: 'classic', name: 'web' }) // 'load balancer web'
 * ```
 */
export const balancerTitle = ({ kind, name }: FrontRef): string =>
  `${kind === 'targetGroup' ? 'target group' : 'load balancer'} ${name}`

/**
 * What tells a balancer from all others of an account: the name of a classic one, the ARN of any other.
 *
 * @example
 * ```ts
 * balancerKey({ kind: 'classic', name: 'web' }) // 'web'
 * ```
 */
export const balancerKey = (balancer: FrontRef): string =>
  balancer.kind === 'classic' ? balancer.name : balancer.arn

/**
 * A balancer as steps name what they touch: a target group, or one of version 2, may have the name of a classic one.
 *
 * @example
 * ```ts
 * balancerThing({ kind: 'classic', name: 'web' }) // 'balancer/web'
 * ```
 */
export function balancerThing({ kind, name }: FrontRef): string {
  if (kind === 'classic') return `balancer/${name}`
  return kind === 'targetGroup' ? `target-group/${name}` : `balancer-v2/${name}`
}
