import type { StepContext } from '@viridian/core'
import { z } from 'zod'
import { elbApi } from './elastic-load-balancing.ts'
import type { ClassicLoadBalancer } from './load-balancer.ts'

const Balancers = z.object({
  LoadBalancerDescriptions: z.array(
    z.object({
      LoadBalancerName: z.string(),
      HealthCheck: z.object({
        Target: z.string(),
        Interval: z.int(),
        Timeout: z.int(),
        HealthyThreshold: z.int(),
        UnhealthyThreshold: z.int(),
      }),
    }),
  ),
})

const Attributes = z.object({
  LoadBalancerAttributes: z.object({
    ConnectionDraining: z.object({ Enabled: z.boolean(), Timeout: z.int().optional() }).optional(),
  }),
})

const defaultDrainSeconds = 300

/**
 * Reads classic load balancers: how they check health, how long they drain
 * (`DescribeLoadBalancers`, `DescribeLoadBalancerAttributes`).
 *
 * @throws ViridianError `E_AWS_REFUSED` with AWS's code `LoadBalancerNotFound`
 */
export async function readClassicBalancers(
  c: StepContext,
  names: readonly string[],
): Promise<ClassicLoadBalancer[]> {
  if (names.length === 0) return []
  const input = { LoadBalancerNames: [...names] }
  const { LoadBalancerDescriptions: found } = await elbApi(c, 'DescribeLoadBalancers', input, Balancers)
  return Promise.all(
    found.map(async ({ LoadBalancerName: name, HealthCheck: check }) => ({
      kind: 'classic' as const,
      name,
      healthCheck: {
        target: check.Target,
        interval: check.Interval,
        timeout: check.Timeout,
        healthyThreshold: check.HealthyThreshold,
        unhealthyThreshold: check.UnhealthyThreshold,
      },
      drainSeconds: await drainSeconds(c, name),
    })),
  )
}

async function drainSeconds(c: StepContext, name: string): Promise<number> {
  const input = { LoadBalancerName: name }
  const answer = await elbApi(c, 'DescribeLoadBalancerAttributes', input, Attributes)
  const draining = answer.LoadBalancerAttributes.ConnectionDraining
  return draining?.Enabled ? (draining.Timeout ?? defaultDrainSeconds) : 0
}
