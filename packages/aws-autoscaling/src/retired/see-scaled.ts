import { poll } from '@viridian/aws'
import { defineCheck, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findGroup, memberText } from '../group.ts'

const scaledWithinMs = 7_200_000

/** Waits until a group has no more instances than it wants: the surplus drained, terminated and gone. */
export const seeScaled = defineCheck({
  name: 'aws-autoscaling/see-scaled',
  version: 1,
  input: z.strictObject({ group: z.string(), count: z.int() }),
  output: z.null(),
  calls: ['autoscaling:DescribeAutoScalingGroups'],
  title: ({ group, count }) => `see ${count === 0 ? 'none' : count} left in ${group}`,
  run: async ({ group, count }, c) => {
    await scaledIn(c, group, count)
    return null
  },
})

/** Resolves when a group has no more than so many instances, those on their way out counted. */
export function scaledIn(c: StepContext, name: string, count: number): Promise<void> {
  return poll(c, {
    what: `${count} instances in ${name}`,
    deadlineMs: scaledWithinMs,
    hint: 'a termination hook, scale-in protection or a suspended Terminate may hold the others',
    look: async () => {
      const { Instances = [] } = (await findGroup(c, name)) ?? {}
      if (Instances.length <= count) return { done: undefined }
      return { waiting: Instances.map((member) => memberText(member.InstanceId, member)).join(', ') }
    },
  })
}
