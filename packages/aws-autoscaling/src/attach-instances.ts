import { autoScalingApi, findMade, healthCalls, poll } from '@viridian/aws'
import { defineChange, defineCheck, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { activityHistory } from './activity-history.ts'
import { seeCanLaunch } from './can-launch.ts'
import { Attached, AttachedBefore, detachInstances, isMember } from './detach-instances.ts'
import { isHealthy, isInService, isLeaving, memberText, readGroup, readMembers } from './group.ts'

/**
 * Attaches running instances to a group, 20 at most (`AttachInstances`): desired rises by their number, and the
 * balancers that are bound to the group get them. Undone by detaching those that are still there, once as many others
 * serve as the group wanted without them: what has died of those the group launches anew first.
 */
export const attachInstances = defineChange({
  name: 'aws-autoscaling/attach-instances',
  version: 4,
  input: Attached,
  beforeSchema: AttachedBefore,
  output: z.null(),
  calls: [
    'autoscaling:AttachInstances',
    'autoscaling:DetachInstances',
    'autoscaling:SetDesiredCapacity',
    'autoscaling:TerminateInstanceInAutoScalingGroup',
    'autoscaling:UpdateAutoScalingGroup',
    'autoscaling:CreateOrUpdateTags',
    'autoscaling:DeleteTags',
    'autoscaling:DescribeAutoScalingGroups',
    ...healthCalls,
  ],
  title: ({ group, ids }) => `attach ${ids.length} to ${group}`,
  before: async ({ group }, c) => {
    const { DesiredCapacity: desired, Instances } = await readGroup(c, group)
    return { desired, members: Instances.map(({ InstanceId }) => InstanceId) }
  },
  run: async ({ group, ids }, c) => {
    await autoScalingApi(c, 'AttachInstances', { AutoScalingGroupName: group, InstanceIds: ids }, z.unknown())
    return null
  },
  // Some of them count as done: its undo detaches those, and the check behind it names those that lack.
  find: ({ group, ids }, c) => findMade(c, () => isMember(c, group, ids)),
  ready: ({ group, green, wanted }, c) =>
    seeCanLaunch(c, group, ({ Instances }) => {
      const others = Instances.filter(({ InstanceId }) => !green.includes(InstanceId))
      return wanted - others.filter((member) => !isLeaving(member) && isHealthy(member)).length
    }),
  undo: async (input, c) => {
    await detachInstances(c, input)
    return undefined
  },
  // Whom the group launches on the way back has to come from what it launched from before.
  touches: ({ group, ids }) => [
    `group/${group}#capacity`,
    `group/${group}#launch`,
    ...ids.map((id) => `instance/${id}`),
  ],
  leaves: ({ group, ids }) => ids.map((id) => `instance ${id} in group ${group}`),
})

const settledWithinMs = 600_000
const appearWithinMs = 8_000

/** Waits until exactly these instances are in service and healthy in the group. */
export const seeAttached = defineCheck({
  name: 'aws-autoscaling/see-attached',
  version: 1,
  input: z.strictObject({ group: z.string(), ids: z.array(z.string()) }),
  output: z.null(),
  calls: ['autoscaling:DescribeAutoScalingGroups'],
  title: ({ group, ids }) => `see ${ids.length} in service in ${group}`,
  run: ({ group, ids }, c) => {
    const shown = new Set<string>()
    const lateFrom = performance.now() + appearWithinMs
    return poll(c, {
      what: `${ids.length} instances in service in ${group}`,
      deadlineMs: settledWithinMs,
      hint: activityHistory(group),
      look: async () => {
        const members = await readMembers(c, group, ids)
        // One that dies before it is in service leaves without having been shown.
        for (const id of performance.now() > lateFrom ? ids : members.keys()) shown.add(id)
        // What is once marked unhealthy stays so: the group only waits to replace it.
        const lost = ids.filter(
          (id) => shown.has(id) && (isLeaving(members.get(id)) || !isHealthy(members.get(id))),
        )
        if (lost.length > 0)
          throw lostFrom(
            group,
            lost.map((id) => memberText(id, members.get(id))),
          )
        const left = ids.filter((id) => !isInService(members.get(id)))
        if (left.length === 0) return { done: null }
        return { waiting: left.map((id) => memberText(id, members.get(id))).join(', ') }
      },
    })
  },
})

/** What is no longer there, or no longer healthy, of what was attached. */
export const lostFrom = (group: string, lost: readonly string[]): ViridianError =>
  new ViridianError('E_INSTANCE_LOST', `${group} has lost what was attached: ${lost.join(', ')}`, {
    hint: `somebody, or a health check, has ended it; ${activityHistory(group)}`,
    place: { call: 'autoscaling:DescribeAutoScalingGroups' },
  })
