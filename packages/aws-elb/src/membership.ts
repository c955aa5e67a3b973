import {
  awsCode,
  balancerHealth,
  balancerName,
  classicOnly,
  elbApi,
  findMade,
  LoadBalancer,
  leaveWithinMs,
  lookFor,
  poll,
} from '@viridian/aws'
import { defineChange, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { waitInService } from './in-service.ts'

const Ids = z.array(z.string())
const Input = z.strictObject({ balancer: LoadBalancer, ids: Ids })
type Input = z.infer<typeof Input>

/** Those of the instances that were registered. */
const Before = z.strictObject({ registered: Ids })

const calls = [
  'elasticloadbalancing:RegisterInstancesWithLoadBalancer',
  'elasticloadbalancing:DeregisterInstancesFromLoadBalancer',
  'elasticloadbalancing:DescribeInstanceHealth',
]

const touches = ({ balancer, ids }: Input): string[] => [
  `balancer/${balancerName(balancer)}`,
  ...ids.map((id) => `instance/${id}`),
]

/**
 * Registers instances with a balancer (`RegisterInstancesWithLoadBalancer`). Undone by taking out those that were not
 * registered before, and seeing them out, drained.
 */
export const registerInstances = defineChange({
  name: 'aws-elb/register-instances',
  version: 2,
  input: Input,
  beforeSchema: Before,
  output: z.null(),
  calls,
  title: ({ balancer, ids }) => `register ${ids.length} with ${balancerName(balancer)}`,
  before: async (input, c) => ({ registered: await registeredOf(c, input) }),
  run: async ({ balancer, ids }, c) => {
    await change(c, 'RegisterInstancesWithLoadBalancer', balancer, without(ids, c.before.registered))
    return null
  },
  // Some of them count as done: its undo takes those out, and the check behind it names those that lack.
  find: (input, c) =>
    findMade(c, async () => without(await registeredOf(c, input), c.before.registered).length > 0),
  undo: async ({ balancer, ids }, c) => {
    const own = without(ids, c.before.registered)
    let there: string[] = []
    await lookFor(c, async () => {
      there = await registeredOf(c, { balancer, ids: own })
      return there.length > 0
    })
    await change(c, 'DeregisterInstancesFromLoadBalancer', balancer, there)
    await waitOut(c, { balancer, ids: own })
    return undefined
  },
  touches,
  leaves: ({ balancer, ids }) => ids.map((id) => `instance ${id} behind ${balancerName(balancer)}`),
})

/**
 * Takes instances out of a balancer (`DeregisterInstancesFromLoadBalancer`): connections under way are drained. Undone
 * by registering those that were registered before and are still there, and seeing them in service.
 */
export const deregisterInstances = defineChange({
  name: 'aws-elb/deregister-instances',
  version: 2,
  input: Input,
  beforeSchema: Before,
  output: z.null(),
  calls,
  title: ({ balancer, ids }) => `take ${ids.length} out of ${balancerName(balancer)}`,
  before: async (input, c) => ({ registered: await registeredOf(c, input) }),
  run: async ({ balancer }, c) => {
    await change(c, 'DeregisterInstancesFromLoadBalancer', balancer, c.before.registered)
    return null
  },
  find: (input, c) =>
    findMade(c, async () => without(c.before.registered, await registeredOf(c, input)).length > 0),
  undo: async ({ balancer }, c) => {
    const ids = c.before.registered
    const there = await registerThere(c, balancer, ids)
    // Who came in their place is not taken out for the sake of nobody.
    if (there.length === 0 && ids.length > 0) throw noneLeft(balancer, ids)
    await waitInService(c, [balancer], there)
    const lost = without(ids, there)
    if (lost.length === 0) return undefined
    return {
      leftAlone: `lost since: ${lost.join(', ')}; who takes their place has to be registered with ${balancerName(balancer)} by hand`,
    }
  },
  touches,
  leaves: ({ balancer, ids }) => ids.map((id) => `instance ${id} not behind ${balancerName(balancer)}`),
})

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

/** Registers those of them that EC2 still has: of one that is gone AWS refuses to register the others too. */
async function registerThere(
  c: StepContext,
  balancer: LoadBalancer,
  ids: readonly string[],
): Promise<readonly string[]> {
  const operation = 'RegisterInstancesWithLoadBalancer'
  try {
    await change(c, operation, balancer, ids)
    return ids
  } catch (error) {
    if (awsCode(error) !== 'InvalidInstance') throw error
    if (ids.length < 2) return []
    const each = await Promise.all(ids.map((id) => registerThere(c, balancer, [id])))
    return each.flat()
  }
}

const noneLeft = (balancer: LoadBalancer, ids: readonly string[]): ViridianError =>
  new ViridianError(
    'E_NOT_IN_SERVICE',
    `of ${ids.join(', ')} none is left to take back behind ${balancerName(balancer)}`,
    {
      hint: 'what took their place goes on serving there: register with it who is to serve, and take the rest back by hand',
      place: { call: 'elasticloadbalancing:RegisterInstancesWithLoadBalancer' },
    },
  )

const without = (ids: readonly string[], others: readonly string[]): string[] =>
  ids.filter((id) => !others.includes(id))

async function change(
  c: StepContext,
  operation: 'RegisterInstancesWithLoadBalancer' | 'DeregisterInstancesFromLoadBalancer',
  balancer: LoadBalancer,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  const Instances = ids.map((InstanceId) => ({ InstanceId }))
  await elbApi(c, operation, { LoadBalancerName: classicOnly(balancer).name, Instances }, z.unknown())
}
