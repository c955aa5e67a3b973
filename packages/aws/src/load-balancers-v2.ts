import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { elbV2Api } from './elastic-load-balancing-v2.ts'
import type { LoadBalancerV2 } from './load-balancer.ts'
import { allPages } from './pages.ts'

const Page = z.object({
  LoadBalancers: z.array(
    z.object({
      LoadBalancerArn: z.string(),
      LoadBalancerName: z.string(),
      Type: z.enum(['application', 'network', 'gateway']),
      // A Gateway Load Balancer has none.
      DNSName: z.string().default(''),
      CanonicalHostedZoneId: z.string().default(''),
    }),
  ),
  NextMarker: z.string().optional(),
})

/**
 * Application, Network and Gateway Load Balancers of the account and region: those of these ARNs, twenty at most, or all
 * (`DescribeLoadBalancers` of version 2, every page).
 *
 * @example
 * ```ts
 * const named = (await listLoadBalancersV2(c)).filter(({ name }) => name === 'web')
 * ```
 */
export const listLoadBalancersV2 = (c: StepContext, arns?: readonly string[]): Promise<LoadBalancerV2[]> =>
  allPages(async (Marker) => {
    const input = arns ? { LoadBalancerArns: [...arns] } : { Marker }
    const page = await elbV2Api(c, 'DescribeLoadBalancers', input, Page)
    return { items: page.LoadBalancers.map(loadBalancer), next: page.NextMarker }
  })

const loadBalancer = (described: z.infer<typeof Page>['LoadBalancers'][number]): LoadBalancerV2 => ({
  kind: described.Type,
  arn: described.LoadBalancerArn,
  name: described.LoadBalancerName,
  dnsName: described.DNSName,
  zoneId: described.CanonicalHostedZoneId,
})
