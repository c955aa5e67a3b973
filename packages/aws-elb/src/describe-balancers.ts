import { LoadBalancer, readClassicBalancers } from '@viridian/aws'
import { defineRead } from '@viridian/core'
import { z } from '@viridian/core/zod'

/** Reads classic load balancers by name: how they check health, how long they drain. */
export const describeBalancers = defineRead({
  name: 'aws-elb/describe-balancers',
  version: 2,
  input: z.strictObject({ names: z.array(z.string()) }),
  output: z.array(LoadBalancer),
  calls: [
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeLoadBalancerAttributes',
  ],
  title: ({ names }) => `describe ${names.join(', ')}`,
  run: ({ names }, c) => readClassicBalancers(c, names),
})
