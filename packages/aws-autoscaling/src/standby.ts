import {
  autoScalingApi,
  findMade,
  healthCalls,
  inServiceWithinMs,
  LoadBalancer,
  lookFor,
  makeSure,
  poll,
} from '@viridian/aws'
import { defineChange, defineCheck, formatDuration, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import {
  isAside,
  isHealthy,
  isInService,
  isLeaving,
  type Member,
  membersOf,
  memberText,
  readGroup,
  readMembers,
} from './group.ts'
import { notServing } from './not-serving.ts'
import { makeRoom } from './room.ts'

const Ids = z.array(z.string())
const Input = z.strictObject({
  group: z.string(),
  ids: Ids,
  /** Those bound to the group: where the instances are seen in service again when it is undone. */
  loadBalancers: z.array(LoadBalancer),
  /** How long leaving the balancers may take, draining included. */
  leaveWithinMs: z.int(),
})

const backWithinMs = 600_000

/**
 * Moves instances of a group to standby, 20 at most (`EnterStandby`): running, out of the balancers, not counted in
 * desired. Undone by taking them back, and seeing them in service and healthy, behind their balancers too.
 */
export const enterStandby = defineChange({
  name: 'aws-autoscaling/enter-standby',
  version: 3,
  input: Input,
  /** Those that were in service: the others are not its own to take back. */
  beforeSchema: z.strictObject({ inService: Ids }),
  output: z.null(),
  calls: [
    'autoscaling:EnterStandby',
    'autoscaling:ExitStandby',
    'autoscaling:UpdateAutoScalingGroup',
    'autoscaling:CreateOrUpdateTags',
    'autoscaling:DescribeAutoScalingGroups',
    ...healthCalls,
  ],
  title: ({ group, ids }) => `move ${ids.length} of ${group} to standby`,
  details: ({ ids, leaveWithinMs }) => [
    `${ids.join(', ')}: running, and drained out of the balancers, which is waited for up to ${formatDuration(leaveWithinMs)}`,
  ],
  before: async ({ group, ids }, c) => {
    const members = await readMembers(c, group, ids)
    return { inService: ids.filter((id) => isInService(members.get(id))) }
  },
  run: async ({ group }, c) => {
    const { inService: InstanceIds } = c.before
    if (InstanceIds.length === 0) return null
    await autoScalingApi(
      c,
      'EnterStandby',
      { AutoScalingGroupName: group, InstanceIds, ShouldDecrementDesiredCapacity: true },
      z.unknown(),
    )
    return null
  },
  // Some of them count as done: its undo takes back those.
  find: ({ group }, c) =>
    findMade(c, async () => [...(await readMembers(c, group, c.before.inService)).values()].some(isAside)),
  undo: async ({ group, loadBalancers, leaveWithinMs }, c) => {
    const ids = c.before.inService
    // Those that seem to serve still may be on their way out: before that is shown, none can be taken back.
    await lookFor(c, async () => {
      const members = await readMembers(c, group, ids)
      return ids.some((id) => !isInService(members.get(id)))
    })
    await takeBack(c, group, await standing(c, group, ids, leaveWithinMs))
    const lost = await seeBack(c, group, ids, loadBalancers)
    return lost.length > 0 ? { leftAlone: `lost since: ${lost.join(', ')}` } : undefined
  },
  givesTrafficBack: true,
  restores: (_input, { inService }) => inService.map((id) => `instance/${id}`),
  // As long as these do not serve, what the group launches and green's image are needed as they are.
  touches: ({ group, ids }) => [
    `group/${group}#capacity`,
    `group/${group}#launch`,
    ...ids.map((id) => `instance/${id}`),
  ],
  holds: ({ group, ids }) =>
    Object.fromEntries(ids.map((id) => [`instance/${id}`, `instance ${id} in standby in group ${group}`])),
})

/** Waits until instances are in standby: drained, and out of their balancers. Those that were ended are content too. */
export const seeStandby = defineCheck({
  name: 'aws-autoscaling/see-standby',
  version: 2,
  input: z.strictObject({ group: z.string(), ids: Ids, leaveWithinMs: z.int() }),
  output: z.null(),
  calls: ['autoscaling:DescribeAutoScalingGroups'],
  title: ({ group, ids }) => `see ${ids.length} of ${group} drained`,
  run: async ({ group, ids, leaveWithinMs }, c) => {
    await standing(c, group, ids, leaveWithinMs, isInService)
    return null
  },
})

/** Those in standby, once none of them is on its way there (nor, for those that must have left, still to go). */
function standing(
  c: StepContext,
  group: string,
  ids: readonly string[],
  deadlineMs: number,
  stillToGo: (member: Member) => boolean = () => false,
): Promise<string[]> {
  return poll(c, {
    what: `${ids.length} instances of ${group} in standby`,
    deadlineMs,
    hint: 'connections that do not end hold draining up to its timeout',
    look: async () => {
      const members = [...(await readMembers(c, group, ids)).values()]
      const moving = members.filter(
        (member) => member.LifecycleState === 'EnteringStandby' || stillToGo(member),
      )
      if (moving.length > 0)
        return { waiting: moving.map((member) => memberText(member.InstanceId, member)).join(', ') }
      return { done: members.filter(isAside).map(({ InstanceId }) => InstanceId) }
    },
  })
}

async function takeBack(c: StepContext, group: string, InstanceIds: string[]): Promise<void> {
  if (InstanceIds.length === 0) return
  // Where somebody has raised what the group wants meanwhile, its max may leave no room for these.
  await makeRoom(c, group, (await readGroup(c, group)).DesiredCapacity + InstanceIds.length)
  const input = { AutoScalingGroupName: group, InstanceIds }
  const isBack = async (): Promise<boolean> => {
    const members = await readMembers(c, group, InstanceIds)
    return ![...members.values()].some(isAside)
  }
  await makeSure(c, () => autoScalingApi(c, 'ExitStandby', input, z.unknown()), isBack)
}

/** Waits until those that are still members serve again, behind balancers still bound. Returns, in words, those that will not. */
function seeBack(
  c: StepContext,
  name: string,
  ids: readonly string[],
  balancers: readonly LoadBalancer[],
): Promise<string[]> {
  return poll(c, {
    what: `${ids.length} instances of ${name} back in service`,
    deadlineMs: backWithinMs + inServiceWithinMs(balancers),
    look: async () => {
      const group = await readGroup(c, name)
      const members = membersOf(group, ids)
      const textOf = (id: string): string => memberText(id, members.get(id))
      // What is once marked unhealthy stays so: the undo of what was attached sees to others in their place.
      const here = ids.filter((id) => !isLeaving(members.get(id)) && isHealthy(members.get(id)))
      const left = here.filter((id) => !isInService(members.get(id))).map(textOf)
      const waiting = [...left, ...(await notServing(c, group, balancers, here)).texts]
      if (waiting.length > 0) return { waiting: waiting.join(', ') }
      return { done: ids.filter((id) => !here.includes(id)).map(textOf) }
    },
  })
}
