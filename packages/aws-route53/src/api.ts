import type * as Sdk from '@aws-sdk/client-route-53'
import { defineService, type Service } from '@viridian/aws'

/** Calls Amazon Route 53. */
export const route53Api: Service<typeof Sdk> = defineService<typeof Sdk>({
  name: 'route53',
  load: () => import('@aws-sdk/client-route-53'),
  client: (sdk, settings) => new sdk.Route53Client(settings),
})
