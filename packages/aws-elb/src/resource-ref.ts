import type { FrontRef } from '@viridian/aws'
import { z } from '@viridian/core/zod'

/** What names a classic load balancer. */
export const ClassicRef = z.strictObject({ kind: z.literal('classic'), name: z.string() })

const named = { arn: z.string(), name: z.string() }

/** What names a target group. */
export const TargetGroupRef = z.strictObject({ kind: z.literal('targetGroup'), ...named })
export type TargetGroupRef = z.infer<typeof TargetGroupRef>

/** What names a load balancer of version 2. */
export const LoadBalancerRef = z.strictObject({
  kind: z.enum(['application', 'network', 'gateway']),
  ...named,
})
export type LoadBalancerRef = z.infer<typeof LoadBalancerRef>

/** What names a balancer of any kind, or a load balancer of version 2. */
export const ResourceRef = z.discriminatedUnion('kind', [ClassicRef, TargetGroupRef, LoadBalancerRef])
export type ResourceRef = z.infer<typeof ResourceRef>

export const classicRef = ({ name }: { readonly name: string }) => ({ kind: 'classic', name }) as const

export const targetGroupRef = ({ arn, name }: Omit<TargetGroupRef, 'kind'>): TargetGroupRef => ({
  kind: 'targetGroup',
  arn,
  name,
})

export const loadBalancerRef = ({ kind, arn, name }: LoadBalancerRef): LoadBalancerRef => ({
  kind,
  arn,
  name,
})

/** What names it, without what else is known of it. */
export function refOf(balancer: FrontRef): ResourceRef {
  if (balancer.kind === 'classic') return classicRef(balancer)
  return balancer.kind === 'targetGroup' ? targetGroupRef(balancer) : loadBalancerRef(balancer)
}
