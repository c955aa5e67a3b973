import { type StepContext, suggestion, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { awsCode } from './aws-error.ts'
import { elbApi } from './elastic-load-balancing.ts'
import type { ClassicLoadBalancer } from './load-balancer.ts'

const Balancers = z.object({
  LoadBalancerDescriptions: z.array(
    z.object({
      LoadBalancerName: z.string(),
      DNSName: z.string(),
      CanonicalHostedZoneNameID: z.string(),
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

const Names = z.object({
  LoadBalancerDescriptions: z.array(
    z.object({
      LoadBalancerName: z.string(),
      DNSName: z.string(),
      Instances: z.array(z.object({ InstanceId: z.string() })).default([]),
    }),
  ),
  NextMarker: z.string().optional(),
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
 * @throws ViridianError `E_BALANCER_NOT_FOUND`, with the names that they may have been
 *
 * @example
 * ```ts
 * const [web] = await readClassicBalancers(c, ['web'])
 * web?.healthCheck // { target: 'HTTP:80/health', interval: 10, timeout: 5, healthyThreshold: 3, unhealthyThreshold: 2 }
 * ```
 */
export async function readClassicBalancers(
  c: StepContext,
  names: readonly string[],
): Promise<ClassicLoadBalancer[]> {
  if (names.length === 0) return []
  const input = { LoadBalancerNames: [...names] }
  const { LoadBalancerDescriptions: found } = await elbApi(
    c,
    'DescribeLoadBalancers',
    input,
    Balancers,
  ).catch((error: unknown) => explainMissing(c, names, error))
  return Promise.all(
    found.map(async ({ LoadBalancerName: name, DNSName, CanonicalHostedZoneNameID, HealthCheck: check }) => ({
      kind: 'classic' as const,
      name,
      dnsName: DNSName,
      zoneId: CanonicalHostedZoneNameID,
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

/** AWS names one that it does not know; a person wants to know which there are. */
async function explainMissing(c: StepContext, names: readonly string[], error: unknown): Promise<never> {
  if (awsCode(error) !== 'LoadBalancerNotFound') throw error
  const known = (await listClassicBalancers(c)).map(({ name }) => name)
  const missing = names.filter((name) => !known.includes(name))
  const near = suggestion(missing[0] ?? '', known)
  throw new ViridianError(
    'E_BALANCER_NOT_FOUND',
    `there is no classic load balancer ${missing.map((name) => `"${name}"`).join(', ')}`,
    {
      hint: near ?? (known.length > 0 ? `there are ${known.slice(0, 8).join(', ')}` : 'there is none at all'),
      place: { call: 'elasticloadbalancing:DescribeLoadBalancers' },
    },
  )
}

/** One of all classic load balancers. */
export interface ListedBalancer extends Pick<ClassicLoadBalancer, 'name' | 'dnsName'> {
  /** Those that are registered with it, in service or not. */
  readonly instances: readonly string[]
}

/**
 * All classic load balancers of the account and region, by name (`DescribeLoadBalancers`, every page).
 *
 * @example
 * ```ts
 * const idle = (await listClassicBalancers(c)).filter(({ instances }) => instances.length === 0)
 * ```
 */
export async function listClassicBalancers(c: StepContext): Promise<ListedBalancer[]> {
  const found: ListedBalancer[] = []
  let Marker: string | undefined
  do {
    const page = await elbApi(c, 'DescribeLoadBalancers', { Marker }, Names)
    for (const { LoadBalancerName: name, DNSName: dnsName, Instances } of page.LoadBalancerDescriptions)
      found.push({ name, dnsName, instances: Instances.map(({ InstanceId }) => InstanceId) })
    Marker = page.NextMarker || undefined
  } while (Marker !== undefined)
  return found
}

async function drainSeconds(c: StepContext, name: string): Promise<number> {
  const input = { LoadBalancerName: name }
  const answer = await elbApi(c, 'DescribeLoadBalancerAttributes', input, Attributes)
  const draining = answer.LoadBalancerAttributes.ConnectionDraining
  return draining?.Enabled ? (draining.Timeout ?? defaultDrainSeconds) : 0
}
