import { createRequire } from 'node:module'
import type * as Sdk from '@aws-sdk/client-ec2'
import { defineService, type Service } from './service.ts'

const require = createRequire(import.meta.url)

/** Calls Amazon EC2; see {@link Service}. */
export const ec2Api: Service<typeof Sdk> = defineService<typeof Sdk>({
  name: 'ec2',
  load: () => require('@aws-sdk/client-ec2'),
  client: (sdk, settings) => new sdk.EC2Client(settings),
})
