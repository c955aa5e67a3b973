import { balancerName, classicOnly, elbApi, findMade, LoadBalancer } from '@viridian/aws'
import { defineChange } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readTags } from './balancer-settings.ts'
import { refuseInUse, usageCalls } from './balancer-uses.ts'

/**
 * Deletes a load balancer that has no instances any more, and that no group is bound to (`DeleteLoadBalancer`). It cannot
 * be undone: it belongs behind the commit.
 *
 * @throws ViridianError `E_BALANCER_IN_USE`
 */
export const removeBalancer = defineChange({
  name: 'aws-elb/remove-balancer',
  version: 1,
  input: z.strictObject({ balancer: LoadBalancer }),
  beforeSchema: z.strictObject({ there: z.boolean() }),
  output: z.null(),
  calls: ['elasticloadbalancing:DeleteLoadBalancer', 'elasticloadbalancing:DescribeTags', ...usageCalls],
  title: ({ balancer }) => `delete load balancer ${balancerName(balancer)}`,
  before: async ({ balancer }, c) => ({
    there: (await readTags(c, classicOnly(balancer).name)) !== undefined,
  }),
  run: async ({ balancer }, c) => {
    if (!c.before.there) return null
    const { name } = classicOnly(balancer)
    await refuseInUse(c, name)
    await elbApi(c, 'DeleteLoadBalancer', { LoadBalancerName: name }, z.unknown())
    return null
  },
  find: ({ balancer }, c) =>
    findMade(c, async () => (await readTags(c, classicOnly(balancer).name)) === undefined),
  undo: async ({ balancer }) => ({
    leftAlone: `load balancer ${balancerName(balancer)}: a deleted one cannot be brought back`,
  }),
  touches: ({ balancer }) => [`balancer/${balancerName(balancer)}`],
  leaves: () => [],
})
