import { createRequire } from 'node:module'
import type * as Sdk from '@aws-sdk/client-ec2'
import { defineService, type Service } from './service.ts'

const require = createRequire(import.meta.url)

/**
 * Calls Amazon EC2; see {@link Service}.
 *
 * @example
 * ```ts
 * const answer = z.object({ Images: z.array(z.object({ ImageId: z.string(), State: z.string() })) })
 * const { Images } = await ec2Api(c, 'DescribeImages', { ImageIds: [image] }, answer)
 * ```
 */
export const ec2Api: Service<typeof Sdk> = defineService<typeof Sdk>({
  name: 'ec2',
  load: () => require('@aws-sdk/client-ec2'),
  client: (sdk, settings) => new sdk.EC2Client(settings),
})
