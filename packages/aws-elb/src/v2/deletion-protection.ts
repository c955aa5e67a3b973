import { balancerThing, balancerTitle, findMade, isBalancerGone } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { LoadBalancerRef } from '../resource-ref.ts'
import { deletionProtection, readAttributes, setAttributes } from './attributes.ts'

/**
 * Protects a load balancer from being deleted, or lets it be (`ModifyLoadBalancerAttributes`). Undone by setting it as it was,
 * unless somebody has done so.
 */
export const setDeletionProtection = defineChange({
  name: 'aws-elb/set-deletion-protection',
  version: 1,
  input: z.strictObject({ balancer: LoadBalancerRef, enabled: z.boolean() }),
  /** Null for one that is gone. */
  beforeSchema: z.strictObject({ enabled: z.boolean().nullable() }),
  output: z.null(),
  calls: [
    'elasticloadbalancing:DescribeLoadBalancerAttributes',
    'elasticloadbalancing:ModifyLoadBalancerAttributes',
  ],
  title: ({ balancer, enabled }) =>
    enabled
      ? `protect ${balancerTitle(balancer)} from deletion`
      : `let ${balancerTitle(balancer)} be deleted`,
  before: async ({ balancer }, c) => ({ enabled: (await isProtected(c, balancer.arn)) ?? null }),
  run: async ({ balancer, enabled }, c) => {
    if (c.before.enabled !== null && c.before.enabled !== enabled) await set(c, balancer.arn, enabled)
    return null
  },
  find: ({ balancer, enabled }, c) =>
    findMade(c, async () => ((await isProtected(c, balancer.arn)) ?? enabled) === enabled),
  undo: async ({ balancer, enabled }, c) => {
    if (c.before.enabled === null || c.before.enabled === enabled) return undefined
    if ((await isProtected(c, balancer.arn)) === enabled) await set(c, balancer.arn, c.before.enabled)
    return undefined
  },
  touches: ({ balancer }) => [balancerThing(balancer)],
  leaves: () => [],
})

/** Undefined when it is gone. */
export async function isProtected(c: StepContext, arn: string): Promise<boolean | undefined> {
  try {
    return (await readAttributes(c, 'LoadBalancer', arn))[deletionProtection] === 'true'
  } catch (error) {
    if (isBalancerGone(error)) return undefined
    throw error
  }
}

const set = (c: StepContext, arn: string, enabled: boolean): Promise<void> =>
  setAttributes(c, 'LoadBalancer', arn, { [deletionProtection]: `${enabled}` })
