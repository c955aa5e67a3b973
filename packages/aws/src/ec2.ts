import type * as Sdk from '@aws-sdk/client-ec2'
import { defineService, type Service } from './service.ts'

/** Calls Amazon EC2; see {@link Service}. */
export const ec2Api: Service<typeof Sdk> = defineService<typeof Sdk>({
  name: 'ec2',
  load: () => import('@aws-sdk/client-ec2'),
  client: (sdk, settings) => new sdk.EC2Client(settings),
})
