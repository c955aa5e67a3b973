import {
  classicOnlyHint,
  elbApi,
  LoadBalancer,
  listClassicBalancers,
  readClassicBalancers,
} from '@viridian/aws'
import { defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'

/** Reads the classic load balancer that a DNS name leads to, as an alias names it. */
export const findBalancer = defineRead({
  name: 'aws-elb/find-balancer',
  version: 2,
  input: z.strictObject({ dnsName: z.string() }),
  output: LoadBalancer,
  calls: [
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeLoadBalancerAttributes',
  ],
  title: ({ dnsName }) => `find the balancer at ${plainName(dnsName)}`,
  run: async ({ dnsName }, c) => {
    const name = plainName(dnsName)
    const known = await listClassicBalancers(c)
    const found = known.find((each) => plainName(each.dnsName) === name)
    const [balancer] = found ? await readClassicBalancers(c, [found.name]) : []
    if (balancer) return balancer
    throw new ViridianError('E_BALANCER_NOT_FOUND', `there is no classic load balancer at ${name}`, {
      hint: await hintAbout(c, name),
      place: { call: 'elasticloadbalancing:DescribeLoadBalancers' },
    })
  },
})

/** Without what an alias puts around a name: `dualstack.Web-1.eu-west-1.elb.amazonaws.com.` */
const plainName = (dnsName: string): string =>
  dnsName
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '')

async function hintAbout(c: StepContext, name: string): Promise<string> {
  const here = await elbApi.region(c)
  if (/\.elb\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(name))
    return `the name is a Network Load Balancer's: ${classicOnlyHint}`
  const region = /\.([a-z0-9-]+)\.elb\.amazonaws\.com(\.cn)?$/.exec(name)?.[1]
  if (region === undefined) return 'the name is not one of Elastic Load Balancing'
  if (region !== here) return `the name is of ${region}, and this is ${here}: set AWS_REGION`
  return `it is deleted, another account's, or an Application Load Balancer's: ${classicOnlyHint}`
}
