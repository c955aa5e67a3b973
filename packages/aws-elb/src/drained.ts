import { balancerName, healthCalls, LoadBalancer } from '@viridian/aws'
import { defineCheck } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { waitOut } from './membership.ts'

/** Waits until instances are out of a balancer: connections under way have ended (`DescribeInstanceHealth`, `DescribeTargetHealth`). */
export const seeDrained = defineCheck({
  name: 'aws-elb/see-drained',
  version: 3,
  input: z.strictObject({ balancer: LoadBalancer, ids: z.array(z.string()) }),
  output: z.null(),
  calls: healthCalls,
  title: ({ balancer, ids }) => `see ${ids.length} drained at ${balancerName(balancer)}`,
  run: async (input, c) => {
    await waitOut(c, input)
    return null
  },
})
