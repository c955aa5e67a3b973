import { autoScalingApi, lookFor } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readGroup } from './group.ts'
import { unlessDeleted } from './unless-deleted.ts'

const Max = z.strictObject({ max: z.int() })
const Input = z.strictObject({ group: z.string(), from: z.int(), to: z.int() })
type Input = z.infer<typeof Input>

const maxOfGroup = ({ group }: Input): string => `group/${group}#max`

/** Also when it was to be lowered, and the group wants more; what somebody else has set meanwhile is theirs. */
const staysRaised = ({ from, to }: Input, max: number): boolean =>
  to > from ? max > from : max > to && max <= from

/**
 * Changes a group's max from one number to another (`UpdateAutoScalingGroup`), but not below what the group wants by now.
 * When somebody else has changed it meanwhile it is left alone; the output is what it is now.
 */
export const changeMax = defineChange({
  name: 'aws-autoscaling/change-max',
  version: 1,
  input: Input,
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
    const max = await setMax(c, group, to)
    if (max > to) c.progress(`max stays at ${max}: ${group} wants as many`)
    return { max }
  },
  find: async ({ group, from, to }, c) => {
    if (c.before.max !== from) return { status: 'absent' }
    const isSet = await lookFor(c, async () => (await maxOf(c, group)).max === to)
    return isSet ? { status: 'done', output: { max: to } } : { status: 'absent' }
  },
  undo: ({ group, from, to }, c) =>
    unlessDeleted(c, group, async () => {
      if (c.before.max !== from) return undefined
      const { max } = await maxOf(c, group)
      if (max !== to && max !== from)
        return { leftAlone: `max of ${group} is ${max} now: somebody has changed it since` }
      // Also when it is that already: what was read may be older than the change.
      const now = await setMax(c, group, from)
      return now > from ? { leftAlone: `max of ${group} is ${now}, was ${from}: it wants ${now}` } : undefined
    }),
  touches: ({ group }) => [`group/${group}#capacity`],
  holds: (input, { max }) =>
    staysRaised(input, max)
      ? { [maxOfGroup(input)]: `group ${input.group}: max is ${max}, was ${Math.min(input.from, input.to)}` }
      : {},
  ends: (input) => [maxOfGroup(input)],
})

const maxOf = async (c: StepContext, group: string): Promise<z.infer<typeof Max>> => ({
  max: (await readGroup(c, group)).MaxSize,
})

/**
 * Sets a group's max; to what it wants, if that is more: AWS would lower that too, and end those that are too many.
 *
 * @returns what it is set to
 */
export async function setMax(c: StepContext, AutoScalingGroupName: string, max: number): Promise<number> {
  let wanted = 0
  // What was detached a moment ago may still be shown as wanted.
  await lookFor(c, async () => {
    wanted = (await readGroup(c, AutoScalingGroupName)).DesiredCapacity
    return wanted <= max
  })
  const MaxSize = Math.max(max, wanted)
  await autoScalingApi(c, 'UpdateAutoScalingGroup', { AutoScalingGroupName, MaxSize }, z.unknown())
  return MaxSize
}
