import { autoScalingApi, findMade, poll } from '@viridian/aws'
import { defineChange, defineCheck } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { isGoing, isLeaving, memberText, readMembers } from './group.ts'

const retiredWithinMs = 7_200_000

/**
 * Terminates one named member of a group (`TerminateInstanceInAutoScalingGroup`), and nobody takes its place. It cannot
 * be undone: it belongs behind the commit.
 */
export const retireInstance = defineChange({
  name: 'aws-autoscaling/retire-instance',
  version: 1,
  input: z.strictObject({ group: z.string(), id: z.string() }),
  beforeSchema: z.strictObject({ lifecycle: z.string().nullable() }),
  output: z.null(),
  calls: ['autoscaling:TerminateInstanceInAutoScalingGroup', 'autoscaling:DescribeAutoScalingGroups'],
  title: ({ group, id }) => `terminate ${id} of ${group}`,
  before: async ({ group, id }, c) => {
    const member = (await readMembers(c, group, [id])).get(id)
    return { lifecycle: member?.LifecycleState ?? null }
  },
  run: async ({ id }, c) => {
    const { lifecycle } = c.before
    // One that has died in standby is on its way out already: counted down for it, the group would end another too.
    if (lifecycle === null || isGoing(lifecycle)) return null
    // Standby has taken it out of desired already: counted down once more, the group would end a green one too.
    const ShouldDecrementDesiredCapacity = lifecycle !== 'Standby'
    const input = { InstanceId: id, ShouldDecrementDesiredCapacity }
    await autoScalingApi(c, 'TerminateInstanceInAutoScalingGroup', input, z.unknown())
    return null
  },
  find: ({ group, id }, c) => findMade(c, async () => isLeaving((await readMembers(c, group, [id])).get(id))),
  undo: async ({ id }) => ({ leftAlone: `${id}: a terminated instance cannot be brought back` }),
  touches: ({ group, id }) => [`group/${group}#capacity`, `instance/${id}`],
  ends: ({ id }) => [`instance/${id}`],
})

/** Waits until instances have left their group: terminated, termination hooks included. */
export const seeRetired = defineCheck({
  name: 'aws-autoscaling/see-retired',
  version: 1,
  input: z.strictObject({ group: z.string(), ids: z.array(z.string()) }),
  output: z.null(),
  calls: ['autoscaling:DescribeAutoScalingGroups'],
  title: ({ group, ids }) => `see ${ids.length} gone from ${group}`,
  run: ({ group, ids }, c) =>
    poll(c, {
      what: `${ids.length} instances gone from ${group}`,
      deadlineMs: retiredWithinMs,
      hint: 'a termination hook may hold them: complete its lifecycle action',
      look: async () => {
        const left = [...(await readMembers(c, group, ids)).values()]
        if (left.length === 0) return { done: null }
        return { waiting: left.map((member) => memberText(member.InstanceId, member)).join(', ') }
      },
    }),
})
