import { defineCheck } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findGroup } from '../group.ts'

/**
 * Tests whether a group is gone, or on its way, and says so (`DescribeAutoScalingGroups`): what somebody has deleted
 * has nothing left to retire. A check, so that a run which met that half-way can be resumed to its end.
 */
export const testGone = defineCheck({
  name: 'aws-autoscaling/test-gone',
  version: 1,
  input: z.strictObject({ group: z.string() }),
  output: z.boolean(),
  calls: ['autoscaling:DescribeAutoScalingGroups'],
  title: ({ group }) => `see that ${group} is there`,
  run: async ({ group }, c) => {
    const found = await findGroup(c, group)
    const isGone = found === undefined || found.Status !== undefined
    const text = [`! ${group} is deleted already: nothing of it is left to retire`]
    if (isGone) c.emit({ kind: 'group.gone', data: { group }, text })
    return isGone
  },
  ends: ({ group }, isGone) => (isGone ? [`group/${group}`] : []),
})
