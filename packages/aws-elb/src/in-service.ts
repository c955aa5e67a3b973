import {
  balancerHealth,
  balancerName,
  balancerThing,
  healthCall,
  healthCalls,
  inServiceWithinMs,
  LoadBalancer,
  type MemberHealth,
  membersOf,
  notInService,
  poll,
} from '@viridian/aws'
import { defineCheck, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'

const Input = z.strictObject({ balancers: z.array(LoadBalancer), ids: z.array(z.string()) })
type Input = z.infer<typeof Input>

const titleOf = ({ balancers, ids }: Input): string =>
  `see ${ids.length} in service at ${balancers.map(balancerName).join(', ')}`

/**
 * Waits until exactly these instances are in service at each of these balancers, as long as
 * the balancers' own health checks may take (`DescribeInstanceHealth`, `DescribeTargetHealth`).
 */
export const seeInService = defineCheck({
  name: 'aws-elb/see-in-service',
  version: 3,
  input: Input,
  output: z.null(),
  calls: healthCalls,
  title: titleOf,
  run: async ({ balancers, ids }, c) => {
    await waitInService(c, balancers, ids)
    return null
  },
})

/** Tests, without waiting, that exactly these instances are in service: a guard. */
export const testInService = defineCheck({
  name: 'aws-elb/test-in-service',
  version: 3,
  input: Input,
  output: z.null(),
  calls: healthCalls,
  title: titleOf,
  run: async ({ balancers, ids }, c) => {
    const members = await balancerHealth(c, balancers, ids)
    const off = members.filter(({ state }) => state !== 'InService')
    if (off.length > 0) throw unhealthy(off)
    return null
  },
})

/**
 * Waits until instances are in service at balancers, and past the slow start of target groups that have one.
 *
 * @throws ViridianError `E_NOT_IN_SERVICE` in the balancers' own words: when time is up, or when one that was registered
 * no longer is
 */
export function waitInService(
  c: StepContext,
  balancers: readonly LoadBalancer[],
  ids: readonly string[],
): Promise<void> {
  const healthyWithinMs = inServiceWithinMs(balancers)
  const warmUpMs = slowStartMs(balancers)
  const end = performance.now() + healthyWithinMs
  const shown = new Set<string>()
  let healthySince: number | undefined
  return poll(c, {
    what: `${ids.length} instances in service`,
    deadlineMs: healthyWithinMs + warmUpMs,
    look: async () => {
      const members = await balancerHealth(c, balancers, ids)
      const lost = vanished(members, shown)
      if (lost.length > 0) throw unhealthy(lost)
      const off = members.filter(({ state }) => state !== 'InService')
      const now = performance.now()
      if (off.length > 0) {
        healthySince = undefined
        if (now >= end) throw unhealthy(off)
        return { waiting: notInService(off).join(', ') }
      }
      healthySince ??= now
      const forMs = healthySince + warmUpMs - now
      return forMs <= 0 ? { done: undefined } : { waiting: `the slow start of ${ids.join(', ')}`, forMs }
    },
  })
}

/** How long whom it sends users to gets less than its share: whom it replaces has to serve meanwhile. */
const slowStartMs = (balancers: readonly LoadBalancer[]): number =>
  Math.max(0, ...balancers.map((each) => (each.kind === 'classic' ? 0 : each.slowStartSeconds))) * 1000

/** Those that were registered when looked at before, and are not now. */
function vanished(members: readonly MemberHealth[], shown: Set<string>): MemberHealth[] {
  const keyOf = ({ balancer, id }: MemberHealth): string => `${balancerThing(balancer)}/${id}`
  const here = members.filter(({ state }) => state !== 'Absent' && state !== 'Draining')
  for (const member of here) shown.add(keyOf(member))
  return members.filter((member) => shown.has(keyOf(member)) && !here.includes(member))
}

function unhealthy(off: readonly MemberHealth[]): ViridianError {
  const [first] = off
  const isUnused = off.some(({ reason }) => reason.includes('Target.NotInUse'))
  const seen = first && membersOf(first.balancer)
  return new ViridianError('E_NOT_IN_SERVICE', notInService(off).join(', '), {
    hint: isUnused
      ? "no load balancer asks it: let a listener forward to the target group, of a load balancer that is enabled in the instance's zone"
      : `ask the instance itself for the health check's path, and look at its log${seen ? `; what the balancer sees: ${seen.healthCommand}` : ''}`,
    ...(first && { place: { call: healthCall(first.balancer) } }),
  })
}
