import { balancerThing, balancerTitle, elbApi, findMade } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readTags } from './balancer-settings.ts'
import { refuseInUse, usageCalls } from './balancer-uses.ts'

const classic = (name: string) => ({ kind: 'classic', name }) as const

const isThere = async (c: StepContext, name: string): Promise<boolean> =>
  (await readTags(c, name)) !== undefined

/**
 * Deletes a classic load balancer that has no instances any more, and that no group is bound to (`DeleteLoadBalancer`). It
 * cannot be undone: it belongs behind the commit.
 *
 * @throws ViridianError `E_BALANCER_IN_USE`
 */
export const removeBalancer = defineChange({
  name: 'aws-elb/remove-balancer',
  version: 2,
  input: z.strictObject({ name: z.string() }),
  beforeSchema: z.strictObject({ there: z.boolean() }),
  output: z.null(),
  calls: ['elasticloadbalancing:DeleteLoadBalancer', 'elasticloadbalancing:DescribeTags', ...usageCalls],
  title: ({ name }) => `delete ${balancerTitle(classic(name))}`,
  before: async ({ name }, c) => ({ there: await isThere(c, name) }),
  run: async ({ name }, c) => {
    if (!c.before.there) return null
    await refuseInUse(c, name)
    await elbApi(c, 'DeleteLoadBalancer', { LoadBalancerName: name }, z.unknown())
    return null
  },
  find: ({ name }, c) => findMade(c, async () => !(await isThere(c, name))),
  undo: async ({ name }) => ({
    leftAlone: `${balancerTitle(classic(name))}: a deleted one cannot be brought back`,
  }),
  touches: ({ name }) => [balancerThing(classic(name))],
  leaves: () => [],
})
