import { LoadBalancer, targetGroupCalls } from '@viridian/aws'
import { defineRead } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readNamed } from './read-named.ts'

/** Reads classic load balancers and target groups, by name or ARN: how they check health, how long they drain. */
export const describeBalancers = defineRead({
  name: 'aws-elb/describe-balancers',
  version: 3,
  input: z.strictObject({ names: z.array(z.string()) }),
  output: z.array(LoadBalancer),
  calls: [
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeLoadBalancerAttributes',
    ...targetGroupCalls,
    'elasticloadbalancing:DescribeTargetHealth',
  ],
  title: ({ names }) => `describe ${names.join(', ')}`,
  run: ({ names }, c) => readNamed(c, names),
})
