import { createRequire } from 'node:module'
import type * as Sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { defineService, type Service } from './service.ts'

const require = createRequire(import.meta.url)

/**
 * Calls Elastic Load Balancing for target groups of Application and Network Load Balancers; see {@link Service}.
 *
 * @example
 * ```ts
 * const Targets = ids.map((Id) => ({ Id }))
 * await elbV2Api(c, 'RegisterTargets', { TargetGroupArn: service.arn, Targets }, z.object({}))
 * ```
 */
export const elbV2Api: Service<typeof Sdk> = defineService<typeof Sdk>({
  name: 'elasticloadbalancing',
  load: () => require('@aws-sdk/client-elastic-load-balancing-v2'),
  client: (sdk, settings) => new sdk.ElasticLoadBalancingV2Client(settings),
})
