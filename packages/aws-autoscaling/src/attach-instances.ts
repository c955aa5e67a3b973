import { autoScalingApi, lookFor, makeSure, poll } from '@viridian/aws'
import {
  type ChangeContext,
  defineChange,
  defineCheck,
  type StepContext,
  ViridianError,
} from '@viridian/core'
import { z } from 'zod'
import { isHealthy, isInService, isLeaving, memberText, readMembers } from './group.ts'

const Ids = z.array(z.string())
const shownWithinMs = 3_000

const Input = z.strictObject({
  group: z.string(),
  ids: Ids,
  /** How long leaving the group may take, draining included. */
  leaveWithinMs: z.int(),
})

/**
 * Attaches running instances to a group, 20 at most (`AttachInstances`): desired rises by their number, and the
 * balancers that are bound to the group get them. Undone by detaching those that are still there, and seeing them gone,
 * drained.
 */
export const attachInstances = defineChange({
  name: 'aws-autoscaling/attach-instances',
  version: 1,
  input: Input,
  beforeSchema: z.null(),
  output: z.null(),
  calls: [
    'autoscaling:AttachInstances',
    'autoscaling:DetachInstances',
    'autoscaling:DescribeAutoScalingGroups',
  ],
  title: ({ group, ids }) => `attach ${ids.length} to ${group}`,
  before: async () => null,
  run: async ({ group, ids }, c) => {
    await autoScalingApi(c, 'AttachInstances', { AutoScalingGroupName: group, InstanceIds: ids }, z.unknown())
    return null
  },
  // Some of them count as done: its undo detaches those, and the check behind it names those that lack.
  find: async ({ group, ids }, c) => {
    const some = await lookFor(
      c,
      shownWithinMs,
      async () => (await readMembers(c, group, ids)).size > 0 || undefined,
    )
    return some ? { status: 'done', output: null } : { status: 'absent' }
  },
  undo: async (input, c) => {
    await detach(c, input)
    return undefined
  },
  touches: ({ group, ids }) => [`group/${group}#capacity`, ...ids.map((id) => `instance/${id}`)],
  leaves: ({ group, ids }) => ids.map((id) => `instance ${id} in group ${group}`),
})

async function detach(
  c: ChangeContext<null>,
  { group, ids, leaveWithinMs }: z.infer<typeof Input>,
): Promise<void> {
  const InstanceIds = await settled(c, group, ids)
  const input = { AutoScalingGroupName: group, InstanceIds, ShouldDecrementDesiredCapacity: true }
  const isLeft = async (): Promise<boolean> => {
    const members = await readMembers(c, group, InstanceIds)
    return [...members.values()].every(isLeaving)
  }
  if (InstanceIds.length > 0)
    await makeSure(() => autoScalingApi(c, 'DetachInstances', input, z.unknown()), isLeft)
  await poll(c, {
    what: `${ids.length} instances detached from ${group}`,
    deadlineMs: leaveWithinMs,
    look: async () => {
      const left = [...(await readMembers(c, group, ids)).values()]
      if (left.length === 0) return { done: undefined }
      return { waiting: left.map((member) => memberText(member.InstanceId, member)).join(', ') }
    },
  })
}

/** Those that can be detached, once none is on its way in: AWS refuses an instance that is pending. */
function settled(c: StepContext, group: string, ids: readonly string[]): Promise<string[]> {
  return poll(c, {
    what: `${ids.length} instances settled in ${group}`,
    deadlineMs: settledWithinMs,
    look: async () => {
      const members = [...(await readMembers(c, group, ids)).values()].filter((member) => !isLeaving(member))
      const moving = members.filter(({ LifecycleState }) => !/^(InService|Standby)$/.test(LifecycleState))
      if (moving.length > 0)
        return { waiting: moving.map((member) => memberText(member.InstanceId, member)).join(', ') }
      return { done: members.map(({ InstanceId }) => InstanceId) }
    },
  })
}

const settledWithinMs = 600_000

/** Waits until exactly these instances are in service and healthy in the group. */
export const seeAttached = defineCheck({
  name: 'aws-autoscaling/see-attached',
  version: 1,
  input: z.strictObject({ group: z.string(), ids: Ids }),
  output: z.null(),
  calls: ['autoscaling:DescribeAutoScalingGroups'],
  title: ({ group, ids }) => `see ${ids.length} in service in ${group}`,
  run: ({ group, ids }, c) => {
    const shown = new Set<string>()
    return poll(c, {
      what: `${ids.length} instances in service in ${group}`,
      deadlineMs: settledWithinMs,
      hint: "look at the group's activity history",
      look: async () => {
        const members = await readMembers(c, group, ids)
        for (const id of members.keys()) shown.add(id)
        const lost = ids.filter((id) => shown.has(id) && isLeaving(members.get(id)))
        if (lost.length > 0)
          throw lostFrom(
            group,
            lost.map((id) => memberText(id, members.get(id))),
          )
        const left = ids.filter((id) => !isInService(members.get(id)) || !isHealthy(members.get(id)))
        if (left.length === 0) return { done: null }
        return { waiting: left.map((id) => memberText(id, members.get(id))).join(', ') }
      },
    })
  },
})

const lostFrom = (group: string, lost: readonly string[]): ViridianError =>
  new ViridianError('E_INSTANCE_LOST', `${group} has lost what was attached: ${lost.join(', ')}`, {
    hint: "look at the group's activity history: somebody, or a health check, has ended it",
  })
