import { elbV2Api, findMade } from '@viridian/aws'
import { z } from '@viridian/core/zod'
import { defineCopyPart } from '../copy-part.ts'
import { LoadBalancerRef } from '../resource-ref.ts'
import { readLoadBalancer } from './settings.ts'

/** Lets the copy of a Network Load Balancer take whatever comes by PrivateLink, as its original does (`SetSecurityGroups`). Undone with the copy. */
export const trustPrivateLink = defineCopyPart({
  name: 'aws-elb/trust-private-link',
  version: 1,
  input: z.strictObject({ copy: LoadBalancerRef }),
  output: z.null(),
  copyOf: ({ copy }) => copy,
  calls: ['elasticloadbalancing:SetSecurityGroups', 'elasticloadbalancing:DescribeLoadBalancers'],
  title: ({ copy }) => `let ${copy.name} take what comes by PrivateLink`,
  run: async ({ copy }, c) => {
    const { SecurityGroups } = await readLoadBalancer(c, copy.arn)
    const input = { LoadBalancerArn: copy.arn, SecurityGroups, ...off }
    await elbV2Api(c, 'SetSecurityGroups', input, z.unknown())
    return null
  },
  find: ({ copy }, c) =>
    findMade(c, async () => {
      const { EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: now } = await readLoadBalancer(
        c,
        copy.arn,
      )
      return now === 'off'
    }),
})

const off = { EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off' } as const
