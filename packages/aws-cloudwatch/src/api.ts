import { createRequire } from 'node:module'
import type * as Sdk from '@aws-sdk/client-cloudwatch'
import { defineService, type Service } from '@viridian/aws'

const require = createRequire(import.meta.url)

/** Calls Amazon CloudWatch. */
export const cloudWatchApi: Service<typeof Sdk> = defineService<typeof Sdk>({
  name: 'cloudwatch',
  load: () => require('@aws-sdk/client-cloudwatch'),
  client: (sdk, settings) => new sdk.CloudWatchClient(settings),
})
