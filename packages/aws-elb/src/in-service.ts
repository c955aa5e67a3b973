import {
  balancerHealth,
  balancerName,
  inServiceWithinMs,
  LoadBalancer,
  type MemberHealth,
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
 * Waits until exactly these instances are in service at each of these balancers (`DescribeInstanceHealth`), as long as
 * the balancers' own health checks may take.
 */
export const seeInService = defineCheck({
  name: 'aws-elb/see-in-service',
  version: 2,
  input: Input,
  output: z.null(),
  calls: ['elasticloadbalancing:DescribeInstanceHealth'],
  title: titleOf,
  run: async ({ balancers, ids }, c) => {
    await waitInService(c, balancers, ids)
    return null
  },
})

/** Tests, without waiting, that exactly these instances are in service: a guard (`DescribeInstanceHealth`). */
export const testInService = defineCheck({
  name: 'aws-elb/test-in-service',
  version: 2,
  input: Input,
  output: z.null(),
  calls: ['elasticloadbalancing:DescribeInstanceHealth'],
  title: titleOf,
  run: async ({ balancers, ids }, c) => {
    const members = await balancerHealth(c, balancers, ids)
    if (notInService(members).length > 0) throw unhealthy(members)
    return null
  },
})

/**
 * Waits until instances are in service at balancers.
 *
 * @throws ViridianError `E_NOT_IN_SERVICE` in the balancers' own words: when time is up, or when one that was registered
 * no longer is
 */
export function waitInService(
  c: StepContext,
  balancers: readonly LoadBalancer[],
  ids: readonly string[],
): Promise<void> {
  const deadlineMs = inServiceWithinMs(balancers)
  const end = performance.now() + deadlineMs
  const shown = new Set<string>()
  return poll(c, {
    what: `${ids.length} instances in service`,
    deadlineMs,
    look: async () => {
      const members = await balancerHealth(c, balancers, ids)
      const lost = vanished(members, shown)
      if (lost.length > 0) throw unhealthy(lost)
      const waiting = notInService(members)
      if (waiting.length === 0) return { done: undefined }
      if (performance.now() >= end) throw unhealthy(members)
      return { waiting: waiting.join(', ') }
    },
  })
}

/** Those that were registered when looked at before, and are not now. */
function vanished(members: readonly MemberHealth[], shown: Set<string>): MemberHealth[] {
  const here = members.filter(({ state }) => state !== 'Absent' && state !== 'Draining')
  for (const { balancer, id } of here) shown.add(`${balancer}/${id}`)
  return members.filter((member) => shown.has(`${member.balancer}/${member.id}`) && !here.includes(member))
}

function unhealthy(members: readonly MemberHealth[]): ViridianError {
  const off = members.find(({ state }) => state !== 'InService')
  return new ViridianError('E_NOT_IN_SERVICE', notInService(members).join(', '), {
    hint: `ask the instance itself for the health check's path, and look at its log; what the balancer sees: aws elb describe-instance-health --load-balancer-name ${off?.balancer}`,
    place: { call: 'elasticloadbalancing:DescribeInstanceHealth' },
  })
}
