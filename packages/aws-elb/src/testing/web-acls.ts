import { WAFUnavailableEntityException, WAFV2 } from '@aws-sdk/client-wafv2'
import { type FleetCloud, until } from '../../../aws/src/testing/fleet-cloud.ts'

/** A web ACL in front of load balancers. */
export interface WebAcl {
  readonly arn: string
  guard(balancer: string): Promise<void>
  /** The web ACL in front of a load balancer. */
  guardOf(balancer: string): Promise<string | undefined>
  close(): void
}

export async function openWebAcl({ settings }: FleetCloud, Name: string): Promise<WebAcl> {
  const waf = new WAFV2(settings)
  const { Summary } = await waf.createWebACL({
    Name,
    Scope: 'REGIONAL',
    DefaultAction: { Allow: {} },
    VisibilityConfig: { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: Name },
  })
  const arn = Summary?.ARN ?? ''
  return {
    arn,
    // WAF does not know a load balancer before it is set up.
    guard: (ResourceArn) =>
      until(async () => {
        try {
          await waf.associateWebACL({ WebACLArn: arn, ResourceArn })
          return true
        } catch (error) {
          if (error instanceof WAFUnavailableEntityException) return false
          throw error
        }
      }),
    guardOf: async (ResourceArn) => (await waf.getWebACLForResource({ ResourceArn })).WebACL?.ARN,
    close: () => waf.destroy(),
  }
}
