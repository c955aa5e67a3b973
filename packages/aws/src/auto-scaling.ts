import { createRequire } from 'node:module'
import type * as Sdk from '@aws-sdk/client-auto-scaling'
import { defineService, type Service } from './service.ts'

const require = createRequire(import.meta.url)

/**
 * Calls Amazon EC2 Auto Scaling; see {@link Service}.
 *
 * @example
 * ```ts
 * const answer = z.object({ AutoScalingGroups: z.array(z.object({ AutoScalingGroupName: z.string() })) })
 * const { AutoScalingGroups } = await autoScalingApi(c, 'DescribeAutoScalingGroups', { MaxRecords: 100 }, answer)
 * ```
 */
export const autoScalingApi: Service<typeof Sdk> = defineService<typeof Sdk>({
  name: 'autoscaling',
  load: () => require('@aws-sdk/client-auto-scaling'),
  client: (sdk, settings) => new sdk.AutoScalingClient(settings),
})
