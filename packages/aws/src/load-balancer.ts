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

const ClassicLoadBalancer = z.strictObject({
  kind: z.literal('classic'),
  name: z.string(),
  /** Where its traffic goes in: what an alias of a hosted zone names, and the zone that this name is in. */
  dnsName: z.string(),
  zoneId: z.string(),
  healthCheck: HealthCheck,
  /** How long connections under way may last once an instance is taken out, in seconds; 0: no draining. */
  drainSeconds: z.int(),
})

/** A load balancer of the classic kind: one of its own, which its instances are registered with. */
export type ClassicLoadBalancer = z.infer<typeof ClassicLoadBalancer>

/** A target group whose targets are instances. */
const TargetGroup = z.strictObject({
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
  /** The ARNs of the load balancers that send traffic to it; none: it is in no listener's use. */
  balancers: z.array(z.string()),
})

/** A target group of an Application or Network Load Balancer, whose targets are instances. */
export type TargetGroup = z.infer<typeof TargetGroup>

/** What spreads traffic over instances: a classic load balancer, or a target group of an ALB or NLB. */
export const LoadBalancer = z.discriminatedUnion('kind', [ClassicLoadBalancer, TargetGroup])

export type LoadBalancer = z.infer<typeof LoadBalancer>

/** What names a balancer, described or not. */
export type BalancerRef =
  | Pick<ClassicLoadBalancer, 'kind' | 'name'>
  | Pick<TargetGroup, 'kind' | 'name' | 'arn'>

/**
 * A balancer as people know it.
 *
 * @example
 * ```ts
 * blue.loadBalancers.map(balancerName) // ['web']
 * ```
 */
export const balancerName = ({ name }: BalancerRef): string => name

/**
 * A balancer as people know it, and what it is.
 *
 * @example
 * ```ts
 * balancerTitle({ kind: 'classic', name: 'web' }) // 'load balancer web'
 * ```
 */
export const balancerTitle = ({ kind, name }: BalancerRef): string =>
  `${kind === 'classic' ? 'load balancer' : 'target group'} ${name}`

/**
 * A balancer as steps name what they touch: a target group may have the name of a classic load balancer.
 *
 * @example
 * ```ts
 * balancerThing({ kind: 'classic', name: 'web' }) // 'balancer/web'
 * ```
 */
export const balancerThing = ({ kind, name }: BalancerRef): string =>
  `${kind === 'classic' ? 'balancer' : 'target-group'}/${name}`
