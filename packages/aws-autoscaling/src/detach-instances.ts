import { autoScalingApi, LoadBalancer, lookFor, makeSure, poll } from '@viridian/aws'
import type { ChangeContext, StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { endMember } from './end-member.ts'
import { isAside, isInService, isLeaving, type Member, memberText, readGroup, readMembers } from './group.ts'
import { giveRoomBack, setDesired } from './room.ts'
import { seeWhole } from './see-whole.ts'

const Ids = z.array(z.string())

/** What is attached, and what has to serve without it before it may be detached again. */
export const Attached = z.strictObject({
  group: z.string(),
  ids: Ids,
  /** All that the move attaches, in this step and in others. */
  green: Ids,
  /** How many the group wanted without them. */
  wanted: z.int(),
  /** Those bound to the group: where whom it launches on the way back is seen in service. */
  loadBalancers: z.array(LoadBalancer),
  /** How long leaving the group may take, draining included. */
  leaveWithinMs: z.int(),
})
type Attached = z.infer<typeof Attached>

/** Of whom the group was made. */
export const AttachedBefore = z.strictObject({ desired: z.int(), members: Ids })
type AttachedBefore = z.infer<typeof AttachedBefore>

const settledWithinMs = 600_000

/** Whether any of them is shown in the group. */
export const isMember = async (c: StepContext, group: string, ids: readonly string[]): Promise<boolean> =>
  (await readMembers(c, group, ids)).size > 0

/**
 * Detaches what was attached, drained, once as many others serve as the group wanted without it: those that have died are
 * launched anew first. Desired ends as if nothing had been attached; who was launched in place of a dead one is ended.
 */
export async function detachInstances(c: ChangeContext<AttachedBefore>, attached: Attached): Promise<void> {
  const { group, ids, leaveWithinMs } = attached
  await lookFor(c, () => isMember(c, group, ids))
  const here = await settled(c, group, ids)
  const replacements = await balance(c, attached, here)
  await seeWhole(c, {
    ...attached,
    besides: 'what was attached',
    without: [...attached.green, ...replacements],
    before: c.before.members,
  })
  const InstanceIds = here.map(({ InstanceId }) => InstanceId)
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
  await giveRoomBack(c, group)
}

/**
 * Brings what the group wants to what it is to want afterwards and those that are still attached. Who is too many is
 * ended by name: with a lowered desired the termination policy would choose, and may choose one that was there before.
 *
 * @returns those that it has ended
 */
async function balance(
  c: ChangeContext<AttachedBefore>,
  { group, ids, green, wanted }: Attached,
  here: readonly Member[],
): Promise<string[]> {
  const { DesiredCapacity: now, MinSize, Instances } = await readGroup(c, group)
  const present = Instances.filter((member) => !isLeaving(member) && !isAside(member))
  const isOf = (some: readonly string[], { InstanceId }: Member): boolean => some.includes(InstanceId)
  const others = present.filter((member) => !isOf(green, member))
  const otherGreen = present.filter((member) => isOf(green, member) && !isOf(ids, member)).length
  // What somebody has raised since stays so. The dead of blue are not counted any more, those of what was attached are.
  const after = Math.max(wanted + otherGreen, MinSize, now - ids.length)
  const target = after + here.filter((member) => !isAside(member)).length
  if (target > now) await setDesired(c, group, target)
  if (target >= now) return []
  const surplus = Math.min(now - target, Math.max(0, others.length - (after - otherGreen)))
  const replacements = others
    .filter((member) => !isOf(c.before.members, member))
    .sort((one, other) => Number(isInService(one)) - Number(isInService(other)))
    .slice(0, surplus)
    .map(({ InstanceId }) => InstanceId)
  if (target + replacements.length < now) await setDesired(c, group, target + replacements.length)
  for (const id of replacements) await endMember(c, group, id, { replaced: false })
  return replacements
}

/** Those that can be detached, once none is on its way in: AWS refuses an instance that is pending. */
function settled(c: StepContext, group: string, ids: readonly string[]): Promise<Member[]> {
  return poll(c, {
    what: `${ids.length} instances settled in ${group}`,
    deadlineMs: settledWithinMs,
    look: async () => {
      const members = [...(await readMembers(c, group, ids)).values()].filter((member) => !isLeaving(member))
      const moving = members.filter(({ LifecycleState }) => !/^(InService|Standby)$/.test(LifecycleState))
      if (moving.length > 0)
        return { waiting: moving.map((member) => memberText(member.InstanceId, member)).join(', ') }
      return { done: members }
    },
  })
}
