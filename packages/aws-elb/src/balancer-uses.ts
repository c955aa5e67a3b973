import {
  allPages,
  autoScalingApi,
  type BalancerRef,
  Bindings,
  balancerName,
  classicOnly,
  isBoundTo,
  LoadBalancer,
} from '@viridian/aws'
import { defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readDescription } from './balancer-settings.ts'

const Groups = z.object({
  AutoScalingGroups: z.array(
    z.object({
      AutoScalingGroupName: z.string(),
      HealthCheckType: z.string().default('EC2'),
      ...Bindings.shape,
      Instances: z.array(z.object({ InstanceId: z.string(), LifecycleState: z.string() })).default([]),
    }),
  ),
  NextToken: z.string().optional(),
})

/** The calls by which it is found out whether a balancer is in use. */
export const usageCalls = [
  'elasticloadbalancing:DescribeLoadBalancers',
  'autoscaling:DescribeAutoScalingGroups',
]

/**
 * Reads whether balancers can be deleted, once some groups are gone. A read and not a check: it is about the moment
 * before, also for a run that is resumed.
 *
 * @throws ViridianError `E_BALANCER_IN_USE`
 */
export const readRemovable = defineRead({
  name: 'aws-elb/read-removable',
  version: 2,
  input: z.strictObject({ balancers: z.array(LoadBalancer), without: z.array(z.string()) }),
  output: z.null(),
  calls: usageCalls,
  title: ({ balancers }) => `see nothing behind ${balancers.map(balancerName).join(', ')}`,
  run: async ({ balancers, without }, c) => {
    for (const balancer of balancers) await refuseInUse(c, classicOnly(balancer).name, without)
    return null
  },
})

/**
 * Refuses to delete a balancer that has instances, or that a group puts its instances behind.
 *
 * @param without groups that don't count
 * @throws ViridianError `E_BALANCER_IN_USE`
 */
export async function refuseInUse(
  c: StepContext,
  name: string,
  without: readonly string[] = [],
): Promise<void> {
  const { Instances = [] } = await readDescription(c, name)
  if (Instances.length > 0)
    throw inUse(
      `load balancer ${name} still has ${Instances.map(({ InstanceId }) => InstanceId).join(', ')}`,
      'take them out first, or delete the group that keeps them there',
    )
  const groups = (await readGroups(c))
    .filter((group) => group.isBehind({ kind: 'classic', name }) && !without.includes(group.name))
    .map((group) => group.name)
  if (groups.length > 0)
    throw inUse(
      `load balancer ${name} is bound to ${groups.join(', ')}`,
      'detach it from that group first, if it is not needed there',
    )
}

/**
 * Refuses to take instances out of a balancer by which their group judges them: once back, and not yet in service, they
 * are unhealthy to the group, and it replaces them.
 *
 * @throws ViridianError `E_BALANCER_BOUND`
 */
export async function refuseJudged(
  c: StepContext,
  balancer: BalancerRef,
  ids: readonly string[],
): Promise<void> {
  for (const group of await readGroups(c)) {
    const members = group.judged.filter((id) => ids.includes(id))
    if (members.length === 0 || !group.isBehind(balancer)) continue
    throw new ViridianError(
      'E_BALANCER_BOUND',
      `${members.join(', ')} ${members.length === 1 ? 'is' : 'are'} in group ${group.name}, which is bound to ${balancerName(balancer)} and replaces who is not in service there`,
      {
        hint: 'move members to standby: the group takes them out, drained, and back (standby of the Auto Scaling plugin)',
        place: { call: 'autoscaling:DescribeAutoScalingGroups' },
        refused: true,
      },
    )
  }
}

interface BoundGroup {
  readonly name: string
  /** Whether it is bound to a balancer. */
  isBehind(balancer: BalancerRef): boolean
  /** Its instances in service, where its balancers' health checks are its own. */
  readonly judged: readonly string[]
}

/** The groups of the account. */
export async function readGroups(c: StepContext): Promise<BoundGroup[]> {
  const groups = await allPages(async (NextToken) => {
    const page = await autoScalingApi(c, 'DescribeAutoScalingGroups', { NextToken }, Groups)
    return { items: page.AutoScalingGroups, next: page.NextToken }
  })
  return groups.map((group) => ({
    name: group.AutoScalingGroupName,
    isBehind: (balancer) => isBoundTo(group, balancer),
    judged: group.HealthCheckType.includes('ELB')
      ? group.Instances.filter((each) => each.LifecycleState === 'InService').map((each) => each.InstanceId)
      : [],
  }))
}

const inUse = (message: string, hint: string): ViridianError =>
  new ViridianError('E_BALANCER_IN_USE', message, {
    hint,
    place: { call: 'elasticloadbalancing:DescribeLoadBalancers' },
    refused: true,
  })
