import {
  describeTargetGroups,
  elbApi,
  Front,
  listClassicBalancers,
  listLoadBalancersV2,
  listTargetGroups,
  readClassicBalancers,
  readTargetGroups,
  targetGroupCalls,
} from '@viridian/aws'
import { defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'

/** Reads the load balancer that a DNS name leads to, as an alias names it. */
export const findBalancer = defineRead({
  name: 'aws-elb/find-balancer',
  version: 3,
  input: z.strictObject({ dnsName: z.string() }),
  output: Front,
  calls: [
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeLoadBalancerAttributes',
    ...targetGroupCalls,
  ],
  title: ({ dnsName }) => `find the balancer at ${plainName(dnsName)}`,
  run: async ({ dnsName }, c) => {
    const name = plainName(dnsName)
    const front = (await findClassic(c, name)) ?? (await findV2(c, name))
    if (front) return front
    throw new ViridianError('E_BALANCER_NOT_FOUND', `there is no load balancer at ${name}`, {
      hint: hintAbout(name, await elbApi.region(c)),
      place: { call: 'elasticloadbalancing:DescribeLoadBalancers' },
    })
  },
})

async function findClassic(c: StepContext, name: string): Promise<Front | undefined> {
  const found = (await listClassicBalancers(c)).find((each) => plainName(each.dnsName) === name)
  return found && (await readClassicBalancers(c, [found.name]))[0]
}

async function findV2(c: StepContext, name: string): Promise<Front | undefined> {
  const found = (await listLoadBalancersV2(c)).find((each) => plainName(each.dnsName) === name)
  if (!found) return undefined
  const arns = (await listTargetGroups(c, found.arn)).map(({ arn }) => arn)
  const ofInstances = (await describeTargetGroups(c, arns)).filter(
    ({ TargetType }) => TargetType === 'instance',
  )
  const targetGroups = await readTargetGroups(
    c,
    ofInstances.map(({ TargetGroupArn }) => TargetGroupArn),
  )
  return { ...found, targetGroups }
}

/** Without what an alias puts around a name: `dualstack.Web-1.eu-west-1.elb.amazonaws.com.` */
const plainName = (dnsName: string): string =>
  dnsName
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '')

/** The region stands before `elb` in the name of a Network Load Balancer, and behind it in others. */
function hintAbout(name: string, here: string): string {
  const [, before, behind] =
    /(?:\.([a-z0-9-]+)\.elb|\.elb\.([a-z0-9-]+))\.amazonaws\.com(?:\.cn)?$/.exec(name) ?? []
  const region = before ?? behind
  if (region === undefined) return 'the name is not one of Elastic Load Balancing'
  if (region !== here) return `the name is of ${region}, and this is ${here}: set AWS_REGION`
  return "it is deleted, or another account's"
}
