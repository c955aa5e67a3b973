import { createRequire } from 'node:module'
import type * as Sdk from '@aws-sdk/client-elastic-load-balancing'
import { defineService, type Service } from './service.ts'

const require = createRequire(import.meta.url)

/**
 * Calls Elastic Load Balancing for classic load balancers; see {@link Service}.
 *
 * @example
 * ```ts
 * const instances = ids.map((InstanceId) => ({ InstanceId }))
 * await elbApi(c, 'RegisterInstancesWithLoadBalancer', { LoadBalancerName: 'web', Instances: instances }, z.object({}))
 * ```
 */
export const elbApi: Service<typeof Sdk> = defineService<typeof Sdk>({
  name: 'elasticloadbalancing',
  load: () => require('@aws-sdk/client-elastic-load-balancing'),
  client: (sdk, settings) => new sdk.ElasticLoadBalancingClient(settings),
})
