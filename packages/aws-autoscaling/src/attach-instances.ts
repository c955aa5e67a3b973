import { autoScalingApi, findMade, lookFor, makeSure, poll } from '@viridian/aws'
import {
  type ChangeContext,
  defineChange,
  defineCheck,
  type StepContext,
  ViridianError,
} from '@viridian/core'
import { z } from '@viridian/core/zod'
import { isHealthy, isInService, isLeaving, memberText, readGroup, readMembers } from './group.ts'

const Ids = z.array(z.string())

const Input = z.strictObject({
  group: z.string(),
  ids: Ids,
  /** How long leaving the group may take, draining included. */
  leaveWithinMs: z.int(),
})

/** What the group wanted, and of whom it was made. */
const Before = z.strictObject({ desired: z.int(), members: Ids })
type Before = z.infer<typeof Before>

/**
 * Attaches running instances to a group, 20 at most (`AttachInstances`): desired rises by their number, and the
 * balancers that are bound to the group get them. Undone by detaching those that are still there, and seeing them gone,
 * drained. For those that have died desired is lowered, and who was launched in their place is ended.
 */
export const attachInstances = defineChange({
  name: 'aws-autoscaling/attach-instances',
  version: 2,
  input: Input,
  beforeSchema: Before,
  output: z.null(),
  calls: [
    'autoscaling:AttachInstances',
    'autoscaling:DetachInstances',
    'autoscaling:SetDesiredCapacity',
    'autoscaling:TerminateInstanceInAutoScalingGroup',
    'autoscaling:DescribeAutoScalingGroups',
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
  undo: async (input, c) => {
    await detach(c, input)
    return undefined
  },
  touches: ({ group, ids }) => [`group/${group}#capacity`, ...ids.map((id) => `instance/${id}`)],
  leaves: ({ group, ids }) => ids.map((id) => `instance ${id} in group ${group}`),
})

/** Whether any of them is shown in the group. */
const isMember = async (c: StepContext, group: string, ids: readonly string[]): Promise<boolean> =>
  (await readMembers(c, group, ids)).size > 0

async function detach(
  c: ChangeContext<Before>,
  { group, ids, leaveWithinMs }: z.infer<typeof Input>,
): Promise<void> {
  await lookFor(c, () => isMember(c, group, ids))
  const InstanceIds = await settled(c, group, ids)
  const replacements =
    InstanceIds.length < ids.length ? await endReplacements(c, group, ids, InstanceIds) : []
  const input = { AutoScalingGroupName: group, InstanceIds, ShouldDecrementDesiredCapacity: true }
  const isLeft = async (): Promise<boolean> => {
    const members = await readMembers(c, group, InstanceIds)
    return [...members.values()].every(isLeaving)
  }
  if (InstanceIds.length > 0)
    await makeSure(c, () => autoScalingApi(c, 'DetachInstances', input, z.unknown()), isLeft)
  await poll(c, {
    what: `${ids.length} instances detached from ${group}`,
    deadlineMs: leaveWithinMs,
    look: async () => {
      const left = [...(await readMembers(c, group, [...ids, ...replacements])).values()]
      if (left.length === 0) return { done: undefined }
      return { waiting: left.map((member) => memberText(member.InstanceId, member)).join(', ') }
    },
  })
}

/**
 * Takes back what the group wants for those that have died. Whom it has launched in their place is ended by name: with
 * a lowered desired the termination policy would choose, and may choose one that was there before.
 */
async function endReplacements(
  c: ChangeContext<Before>,
  AutoScalingGroupName: string,
  ids: readonly string[],
  left: readonly string[],
): Promise<string[]> {
  const { DesiredCapacity: now, Instances } = await readGroup(c, AutoScalingGroupName)
  const { desired, members } = c.before
  const surplus = Math.max(0, Math.min(ids.length - left.length, now - desired))
  const replacements = Instances.filter((member) => !isLeaving(member))
    .map(({ InstanceId }) => InstanceId)
    .filter((id) => !members.includes(id) && !ids.includes(id))
    .slice(0, surplus)
  const DesiredCapacity = now - (surplus - replacements.length)
  if (DesiredCapacity < now)
    await autoScalingApi(c, 'SetDesiredCapacity', { AutoScalingGroupName, DesiredCapacity }, z.unknown())
  for (const InstanceId of replacements) {
    const input = { InstanceId, ShouldDecrementDesiredCapacity: true }
    await autoScalingApi(c, 'TerminateInstanceInAutoScalingGroup', input, z.unknown())
  }
  return replacements
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
const appearWithinMs = 8_000

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
    const lateFrom = performance.now() + appearWithinMs
    return poll(c, {
      what: `${ids.length} instances in service in ${group}`,
      deadlineMs: settledWithinMs,
      hint: "look at the group's activity history",
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

const lostFrom = (group: string, lost: readonly string[]): ViridianError =>
  new ViridianError('E_INSTANCE_LOST', `${group} has lost what was attached: ${lost.join(', ')}`, {
    hint: "look at the group's activity history: somebody, or a health check, has ended it",
    place: { call: 'autoscaling:DescribeAutoScalingGroups' },
  })
