import { z } from '@viridian/core/zod'

/** How a balancer finds out whether an instance may have traffic. Times in seconds. */
export const HealthCheck = z.strictObject({
  target: z.string(),
  interval: z.int(),
  timeout: z.int(),
  healthyThreshold: z.int(),
  unhealthyThreshold: z.int(),
})

export type HealthCheck = z.infer<typeof HealthCheck>

/** What spreads traffic over instances: a classic load balancer, or a target group of an ALB or NLB. */
export const LoadBalancer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('classic'),
    name: z.string(),
    /** Where its traffic goes in: what an alias of a hosted zone names, and the zone that this name is in. */
    dnsName: z.string(),
    zoneId: z.string(),
    healthCheck: HealthCheck,
    /** How long connections under way may last once an instance is taken out, in seconds; 0: no draining. */
    drainSeconds: z.int(),
  }),
  z.strictObject({ kind: z.literal('targetGroup'), arn: z.string() }),
])

export type LoadBalancer = z.infer<typeof LoadBalancer>

/** A load balancer of the classic kind: one of its own, which its instances are registered with. */
export type ClassicLoadBalancer = Extract<LoadBalancer, { kind: 'classic' }>

/**
 * A balancer as steps name what they touch, and as people know it.
 *
 * @example
 * ```ts
 * blue.loadBalancers.map(balancerName) // ['web']
 * ```
 */
export const balancerName = (balancer: LoadBalancer): string =>
  balancer.kind === 'classic' ? balancer.name : balancer.arn
