import { createRequire } from 'node:module'
import type * as Sdk from '@aws-sdk/client-route-53'
import { defineService, type Service } from '@viridian/aws'

const require = createRequire(import.meta.url)

/** Calls Amazon Route 53. */
export const route53Api: Service<typeof Sdk> = defineService<typeof Sdk>({
  name: 'route53',
  load: () => require('@aws-sdk/client-route-53'),
  client: (sdk, settings) => new sdk.Route53Client(settings),
})
