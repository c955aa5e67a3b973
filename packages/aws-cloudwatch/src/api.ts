import type * as Sdk from '@aws-sdk/client-cloudwatch'
import { defineService, type Service } from '@viridian/aws'

/** Calls Amazon CloudWatch. */
export const cloudWatchApi: Service<typeof Sdk> = defineService<typeof Sdk>({
  name: 'cloudwatch',
  load: () => import('@aws-sdk/client-cloudwatch'),
  client: (sdk, settings) => new sdk.CloudWatchClient(settings),
})
