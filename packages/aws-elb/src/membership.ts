import {
  balancerHealth,
  balancerName,
  balancerThing,
  balancerTitle,
  findMade,
  healthCalls,
  isBalancerGone,
  LoadBalancer,
  leaveWithinMs,
  lookFor,
  membersOf,
  poll,
  registrationCalls,
} from '@viridian/aws'
import { defineChange, type StepContext, type UndoReport } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { refuseJudged } from './balancer-uses.ts'
import { waitInService } from './in-service.ts'
import { deregister, register, registerRunning } from './registration.ts'
import { Replaced, seeServedWithout } from './stand-ins.ts'

const Ids = z.array(z.string())
const Input = z.strictObject({ balancer: LoadBalancer, ids: Ids })
type Input = z.infer<typeof Input>

/** Those of the instances that were registered. */
const Before = z.strictObject({ registered: Ids })

const calls = [...registrationCalls, ...healthCalls, 'ec2:DescribeInstances']

const touches = ({ balancer, ids }: Input): string[] => [
  balancerThing(balancer),
  ...ids.map((id) => `instance/${id}`),
]

/**
 * Registers instances with a balancer (`RegisterInstancesWithLoadBalancer`, `RegisterTargets`). Undone by taking out those that were not
 * registered before, and seeing them out, drained; once others serve there, as before.
 */
export const registerInstances = defineChange({
  name: 'aws-elb/register-instances',
  version: 4,
  input: Input.extend({ replaced: Replaced.exactOptional() }),
  beforeSchema: Before.extend({
    /** Who else was in service. */
    serving: Ids,
  }),
  output: z.null(),
  calls: [...calls, 'autoscaling:DescribeAutoScalingGroups'],
  title: ({ balancer, ids }) => `register ${ids.length} with ${balancerName(balancer)}`,
  before: async (input, c) => ({
    registered: await registeredOf(c, input),
    serving: without(await membersOf(input.balancer).inService(c), input.ids),
  }),
  run: async ({ balancer, ids }, c) => {
    await register(c, balancer, without(ids, c.before.registered))
    return null
  },
  // Some of them count as done: its undo takes those out, and the check behind it names those that lack.
  find: (input, c) =>
    findMade(c, async () => without(await registeredOf(c, input), c.before.registered).length > 0),
  undo: ({ balancer, ids, replaced }, c) =>
    unlessGone(balancer, async () => {
      const own = without(ids, c.before.registered)
      let there: string[] = []
      await lookFor(c, async () => {
        there = await registeredOf(c, { balancer, ids: own })
        return there.length > 0
      })
      await seeServedWithout(c, { balancer, ids: own, serving: c.before.serving, replaced })
      await deregister(c, balancer, there)
      await waitOut(c, { balancer, ids: own })
      return undefined
    }),
  touches: (input) => touches(input),
  leaves: ({ balancer, ids }) => ids.map((id) => `instance ${id} behind ${balancerName(balancer)}`),
})

/**
 * Takes instances out of a balancer (`DeregisterInstancesFromLoadBalancer`, `DeregisterTargets`): connections under way are drained. Undone
 * by registering those that were registered before and are still there, and seeing them in service.
 *
 * @throws ViridianError `E_BALANCER_BOUND` of members of a group that judges them by this balancer
 */
export const deregisterInstances = defineChange({
  name: 'aws-elb/deregister-instances',
  version: 3,
  input: Input,
  beforeSchema: Before,
  output: z.null(),
  calls: [...calls, 'autoscaling:DescribeAutoScalingGroups'],
  title: ({ balancer, ids }) => `take ${ids.length} out of ${balancerName(balancer)}`,
  before: async (input, c) => {
    await refuseJudged(c, input.balancer, input.ids)
    return { registered: await registeredOf(c, input) }
  },
  run: async ({ balancer }, c) => {
    await deregister(c, balancer, c.before.registered)
    return null
  },
  find: (input, c) =>
    findMade(c, async () => without(c.before.registered, await registeredOf(c, input)).length > 0),
  undo: ({ balancer }, c) =>
    unlessGone(balancer, async () => {
      const ids = c.before.registered
      const there = await registerRunning(c, balancer, ids)
      await waitInService(c, [balancer], there)
      const lost = without(ids, there)
      return lost.length > 0 ? { leftAlone: `lost since: ${lost.join(', ')}` } : undefined
    }),
  givesTrafficBack: true,
  restores: (_input, { registered }) => registered.map((id) => `instance/${id}`),
  touches,
  leaves: ({ balancer, ids }) => ids.map((id) => `instance ${id} not behind ${balancerName(balancer)}`),
})

/** Nobody is sent to a balancer that somebody has deleted: nothing of it can be given back, and nothing has to be. */
async function unlessGone(
  balancer: LoadBalancer,
  undo: () => Promise<UndoReport | undefined>,
): Promise<UndoReport | undefined> {
  try {
    return await undo()
  } catch (error) {
    if (!isBalancerGone(error)) throw error
    return { leftAlone: `${balancerTitle(balancer)} is gone` }
  }
}

/** Waits until instances are out of a balancer, drained. */
export function waitOut(c: StepContext, { balancer, ids }: Input): Promise<void> {
  return poll(c, {
    what: `${ids.length} instances out of ${balancerName(balancer)}`,
    deadlineMs: leaveWithinMs([balancer]),
    hint: 'connections that do not end hold draining up to its timeout',
    look: async () => {
      const members = await balancerHealth(c, [balancer], ids)
      const left = members.filter(({ state }) => state !== 'Absent')
      if (left.length === 0) return { done: undefined }
      return { waiting: left.map(({ id, state }) => `${id} is ${state}`).join(', ') }
    },
  })
}

async function registeredOf(c: StepContext, { balancer, ids }: Input): Promise<string[]> {
  const members = await balancerHealth(c, [balancer], ids)
  return members.filter(({ state }) => state !== 'Absent' && state !== 'Draining').map(({ id }) => id)
}

const without = (ids: readonly string[], others: readonly string[]): string[] =>
  ids.filter((id) => !others.includes(id))
