import { autoScalingApi, lookFor } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readGroup } from './group.ts'

const Max = z.strictObject({ max: z.int() })

/**
 * Changes a group's max from one number to another (`UpdateAutoScalingGroup`). When somebody else has changed it
 * meanwhile it is left alone; the output is what it is now.
 */
export const changeMax = defineChange({
  name: 'aws-autoscaling/change-max',
  version: 1,
  input: z.strictObject({ group: z.string(), from: z.int(), to: z.int() }),
  beforeSchema: Max,
  output: Max,
  calls: ['autoscaling:UpdateAutoScalingGroup', 'autoscaling:DescribeAutoScalingGroups'],
  title: ({ group, from, to }) => `${to > from ? 'raise' : 'lower'} max of ${group} from ${from} to ${to}`,
  placeholder: ({ to }) => ({ max: to }),
  before: ({ group }, c) => maxOf(c, group),
  run: async ({ group, from, to }, c) => {
    if (c.before.max !== from) {
      c.progress(`left alone: somebody has set max to ${c.before.max}`)
      return c.before
    }
    await setMax(c, group, to)
    return { max: to }
  },
  find: async ({ group, from, to }, c) => {
    if (c.before.max !== from) return { status: 'absent' }
    const isSet = await lookFor(c, async () => (await maxOf(c, group)).max === to)
    return isSet ? { status: 'done', output: { max: to } } : { status: 'absent' }
  },
  undo: async ({ group, from, to }, c) => {
    if (c.before.max !== from) return undefined
    const { max } = await maxOf(c, group)
    if (max !== to && max !== from)
      return { leftAlone: `max of ${group} is ${max} now: somebody has changed it since` }
    // Also when it is that already: what was read may be older than the change.
    await setMax(c, group, from)
    return undefined
  },
  touches: ({ group }) => [`group/${group}#capacity`],
  leaves: ({ group, from, to }) => [`group ${group}: max is ${to}, was ${from}`],
})

const maxOf = async (c: StepContext, group: string): Promise<z.infer<typeof Max>> => ({
  max: (await readGroup(c, group)).MaxSize,
})

export async function setMax(c: StepContext, AutoScalingGroupName: string, MaxSize: number): Promise<void> {
  await autoScalingApi(c, 'UpdateAutoScalingGroup', { AutoScalingGroupName, MaxSize }, z.unknown())
}
