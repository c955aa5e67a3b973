import { autoScalingApi, findMade } from '@viridian/aws'
import { defineChange } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readGroup } from '../group.ts'

const Sizes = z.strictObject({ min: z.int(), desired: z.int() })

/**
 * Lowers what a group wants, and its min with it (`UpdateAutoScalingGroup`); it ends the surplus by its termination
 * policies. What somebody has lowered further meanwhile stays so. Cannot be undone: it belongs behind the commit.
 */
export const lowerSizes = defineChange({
  name: 'aws-autoscaling/lower-sizes',
  version: 1,
  input: z.strictObject({ group: z.string(), min: z.int(), desired: z.int() }),
  beforeSchema: Sizes,
  output: z.null(),
  calls: ['autoscaling:UpdateAutoScalingGroup', 'autoscaling:DescribeAutoScalingGroups'],
  title: ({ group, min, desired }) => `let ${group} want ${desired}, and ${min} at least`,
  before: async ({ group }, c) => {
    const { MinSize, DesiredCapacity } = await readGroup(c, group)
    return { min: MinSize, desired: DesiredCapacity }
  },
  run: async ({ group, min, desired }, c) => {
    const input = {
      AutoScalingGroupName: group,
      MinSize: Math.min(min, c.before.min),
      DesiredCapacity: Math.min(desired, c.before.desired),
    }
    await autoScalingApi(c, 'UpdateAutoScalingGroup', input, z.unknown())
    return null
  },
  find: ({ group, min, desired }, c) =>
    findMade(c, async () => {
      const { MinSize, DesiredCapacity } = await readGroup(c, group)
      return MinSize <= min && DesiredCapacity <= desired
    }),
  undo: async ({ group }) => ({ leftAlone: `group ${group}: it has been scaled in for good` }),
  touches: ({ group }) => [`group/${group}`, `group/${group}#capacity`],
})
