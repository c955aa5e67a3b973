import { findMade } from '@viridian/aws'
import { defineChange, defineCheck } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { askToDelete, hasWarmPool, warmPoolGone } from '../replica/warm-pool.ts'

const Input = z.strictObject({ group: z.string() })

/**
 * Deletes the warm pool of a group with its instances (`DeleteWarmPool`): at zero it would still cost. Cannot be undone:
 * it belongs behind the commit.
 */
export const removeWarmPool = defineChange({
  name: 'aws-autoscaling/remove-warm-pool',
  version: 1,
  input: Input,
  beforeSchema: z.null(),
  output: z.null(),
  calls: ['autoscaling:DeleteWarmPool', 'autoscaling:DescribeWarmPool'],
  title: ({ group }) => `delete the warm pool of ${group}`,
  before: async () => null,
  run: async ({ group }, c) => {
    await askToDelete(c, group)
    return null
  },
  find: ({ group }, c) => findMade(c, async () => !(await hasWarmPool(c, group))),
  undo: async ({ group }) => ({ leftAlone: `group ${group}: its warm pool is deleted for good` }),
  touches: ({ group }) => [`group/${group}`, `group/${group}#capacity`],
})

/** Waits until a group has no warm pool any more. */
export const seeNoWarmPool = defineCheck({
  name: 'aws-autoscaling/see-no-warm-pool',
  version: 1,
  input: Input,
  output: z.null(),
  calls: ['autoscaling:DescribeWarmPool'],
  title: ({ group }) => `see the warm pool of ${group} gone`,
  run: ({ group }, c) => warmPoolGone(c, group),
})
