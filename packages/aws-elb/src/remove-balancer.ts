import { balancerName, classicOnly, elbApi, LoadBalancer } from '@viridian/aws'
import { defineChange, ViridianError } from '@viridian/core'
import { z } from 'zod'
import { readDescription, readTags } from './balancer-settings.ts'
import { foundIf } from './copy-part.ts'

/**
 * Deletes a load balancer that has no instances any more (`DeleteLoadBalancer`). It cannot be undone: it belongs behind
 * the commit.
 */
export const removeBalancer = defineChange({
  name: 'aws-elb/remove-balancer',
  version: 1,
  input: z.strictObject({ balancer: LoadBalancer }),
  beforeSchema: z.strictObject({ there: z.boolean() }),
  output: z.null(),
  calls: [
    'elasticloadbalancing:DeleteLoadBalancer',
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeTags',
  ],
  title: ({ balancer }) => `delete load balancer ${balancerName(balancer)}`,
  before: async ({ balancer }, c) => ({
    there: (await readTags(c, classicOnly(balancer).name)) !== undefined,
  }),
  run: async ({ balancer }, c) => {
    if (!c.before.there) return null
    const { name } = classicOnly(balancer)
    const { Instances = [] } = await readDescription(c, name)
    if (Instances.length > 0)
      throw new ViridianError(
        'E_BALANCER_IN_USE',
        `load balancer ${name} still has ${Instances.map(({ InstanceId }) => InstanceId).join(', ')}`,
        {
          hint: 'take them out first, or delete the group that keeps them there',
          place: { call: 'elasticloadbalancing:DescribeLoadBalancers' },
          refused: true,
        },
      )
    await elbApi(c, 'DeleteLoadBalancer', { LoadBalancerName: name }, z.unknown())
    return null
  },
  find: async ({ balancer }, c) => foundIf((await readTags(c, classicOnly(balancer).name)) === undefined),
  undo: async ({ balancer }) => ({
    leftAlone: `load balancer ${balancerName(balancer)}: a deleted one cannot be brought back`,
  }),
  touches: ({ balancer }) => [`balancer/${balancerName(balancer)}`],
  leaves: () => [],
})
