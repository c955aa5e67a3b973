import type * as Sdk from '@aws-sdk/client-auto-scaling'
import { defineService, type Service } from './service.ts'

/** Calls Amazon EC2 Auto Scaling; see {@link Service}. */
export const autoScalingApi: Service<typeof Sdk> = defineService<typeof Sdk>({
  name: 'autoscaling',
  load: () => import('@aws-sdk/client-auto-scaling'),
  client: (sdk, settings) => new sdk.AutoScalingClient(settings),
})
