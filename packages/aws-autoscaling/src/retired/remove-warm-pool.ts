import { defineChange } from '@viridian/core'
import { z } from 'zod'
import { readWarmPool } from '../replica/original.ts'
import { deleteWarmPool } from '../replica/warm-pool.ts'

/**
 * Deletes the warm pool of a group with its instances (`DeleteWarmPool`), and sees it gone: at zero it would still cost.
 * Cannot be undone: it belongs behind the commit.
 */
export const removeWarmPool = defineChange({
  name: 'aws-autoscaling/remove-warm-pool',
  version: 1,
  input: z.strictObject({ group: z.string() }),
  beforeSchema: z.null(),
  output: z.null(),
  calls: [
    'autoscaling:DeleteWarmPool',
    'autoscaling:DescribeWarmPool',
    'autoscaling:DescribeAutoScalingGroups',
  ],
  title: ({ group }) => `delete the warm pool of ${group}`,
  before: async () => null,
  run: async ({ group }, c) => {
    await deleteWarmPool(c, group)
    return null
  },
  find: async ({ group }, c) =>
    (await readWarmPool(c, group)) ? { status: 'absent' } : { status: 'done', output: null },
  undo: async ({ group }) => ({ leftAlone: `group ${group}: its warm pool is deleted for good` }),
  touches: ({ group }) => [`group/${group}`, `group/${group}#capacity`],
})
