import { balancerThing, balancerTitle, findMade, frontsOf, type LoadBalancer } from '@viridian/aws'
import { defineChange, type StepContext, type Steps } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { deleteCalls, resourceOf, tagCalls } from './balancer-resource.ts'
import { readRemovable, refuseInUse, usageCalls } from './balancer-uses.ts'
import { ResourceRef, refOf } from './resource-ref.ts'
import { setDeletionProtection } from './v2/deletion-protection.ts'

const isThere = async (c: StepContext, balancer: ResourceRef): Promise<boolean> =>
  (await resourceOf(balancer).tags(c)) !== undefined

/**
 * Deletes a load balancer or a target group that has no instances any more, and that no group is bound to
 * (`DeleteLoadBalancer`, `DeleteTargetGroup`). It cannot be undone: it belongs behind the commit.
 *
 * @throws ViridianError `E_BALANCER_IN_USE`
 */
export const removeBalancer = defineChange({
  name: 'aws-elb/remove-balancer',
  version: 3,
  input: z.strictObject({ balancer: ResourceRef }),
  beforeSchema: z.strictObject({ there: z.boolean() }),
  output: z.null(),
  calls: [...deleteCalls, ...tagCalls, ...usageCalls],
  title: ({ balancer }) => `delete ${balancerTitle(balancer)}`,
  before: async ({ balancer }, c) => ({ there: await isThere(c, balancer) }),
  run: async ({ balancer }, c) => {
    if (!c.before.there) return null
    await refuseInUse(c, balancer)
    await resourceOf(balancer).delete(c)
    return null
  },
  find: ({ balancer }, c) => findMade(c, async () => !(await isThere(c, balancer))),
  undo: async ({ balancer }) => ({
    leftAlone: `${balancerTitle(balancer)}: a deleted one cannot be brought back`,
  }),
  touches: ({ balancer }) => [balancerThing(balancer)],
  leaves: () => [],
})

/** All that goes with balancers, in the order in which it can go: a target group once no load balancer uses it. */
export const goingWith = (balancers: readonly LoadBalancer[]): ResourceRef[] => [
  ...frontsOf(balancers).map(refOf),
  ...balancers.filter(({ kind }) => kind === 'targetGroup').map(refOf),
]

/** Deletes a balancer; one that is protected from that is so no more, once nothing is behind it. */
export async function takeAway(t: Steps, balancer: ResourceRef): Promise<void> {
  if (balancer.kind !== 'classic' && balancer.kind !== 'targetGroup') {
    await t.step(readRemovable, { balancers: [balancer], without: [] })
    await t.step(setDeletionProtection, { balancer, enabled: false })
  }
  await t.step(removeBalancer, { balancer })
}
