import { balancerTitle, poll } from '@viridian/aws'
import { defineCheck, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { LoadBalancerRef } from '../resource-ref.ts'
import { readLoadBalancer } from './settings.ts'

/** AWS takes minutes to set one up. */
const activeWithinMs = 900_000
const call = 'elasticloadbalancing:DescribeLoadBalancers'

/**
 * Waits until a new load balancer is active: before, it asks no target for its health (`DescribeLoadBalancers`).
 *
 * @throws ViridianError `E_BALANCER_FAILED` in AWS's words
 */
export const seeActive = defineCheck({
  name: 'aws-elb/see-active',
  version: 1,
  input: z.strictObject({ balancer: LoadBalancerRef }),
  output: z.null(),
  calls: [call],
  title: ({ balancer }) => `see ${balancerTitle(balancer)} active`,
  run: ({ balancer }, c) =>
    poll(c, {
      what: `${balancerTitle(balancer)} active`,
      deadlineMs: activeWithinMs,
      look: async () => {
        const { Code = 'unknown', Reason } = (await readLoadBalancer(c, balancer.arn)).State ?? {}
        if (Code === 'active') return { done: null }
        if (Code !== 'failed') return { waiting: `${balancerTitle(balancer)} is ${Code}` }
        throw new ViridianError(
          'E_BALANCER_FAILED',
          `${balancerTitle(balancer)} could not be set up: ${Reason ?? 'AWS gives no reason'}`,
          { hint: 'its subnets need free addresses, eight each', place: { call } },
        )
      },
    }),
})
