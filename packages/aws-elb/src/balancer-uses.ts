import {
  allPages,
  autoScalingApi,
  type BalancerRef,
  Bindings,
  balancerName,
  balancerTitle,
  isBalancerGone,
  isBoundTo,
  listTargetGroups,
  membersOf,
} from '@viridian/aws'
import { defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { ResourceRef, targetGroupRef } from './resource-ref.ts'

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
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeTargetHealth',
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
  version: 3,
  input: z.strictObject({ balancers: z.array(ResourceRef), without: z.array(z.string()) }),
  output: z.null(),
  calls: usageCalls,
  title: ({ balancers }) => `see nothing behind ${balancers.map(balancerName).join(', ')}`,
  run: async ({ balancers, without }, c) => {
    for (const balancer of balancers) await refuseInUse(c, balancer, without)
    return null
  },
})

/**
 * Refuses to delete what has instances, or what a group puts its instances behind; a load balancer of version 2 has those of
 * all its target groups.
 *
 * @param without groups that don't count
 * @throws ViridianError `E_BALANCER_IN_USE`
 */
export async function refuseInUse(
  c: StepContext,
  balancer: ResourceRef,
  without: readonly string[] = [],
): Promise<void> {
  const groups = await readGroups(c)
  for (const each of await spreadersOf(c, balancer)) {
    const title = balancerTitle(each)
    const ids = await membersOf(each).registered(c)
    if (ids.length > 0)
      throw inUse(
        `${title} still has ${ids.join(', ')}`,
        'take them out first, or delete the group that keeps them there',
      )
    const bound = groups
      .filter((group) => group.isBehind(each) && !without.includes(group.name))
      .map((group) => group.name)
    if (bound.length > 0)
      throw inUse(
        `${title} is bound to ${bound.join(', ')}`,
        'detach it from that group first, if it is not needed there',
      )
  }
}

/** Who uses what spreads requests, in words: a group that is bound to it, or instances; undefined for nobody. */
export async function userOf(
  c: StepContext,
  spreaders: readonly BalancerRef[],
  groups: readonly BoundGroup[],
): Promise<string | undefined> {
  for (const each of spreaders) {
    const group = groups.find(({ isBehind }) => isBehind(each))
    if (group) return `group ${group.name} is bound to it`
    const { length } = await membersOf(each).registered(c)
    if (length > 0) return `it has instances: ${length}`
  }
  return undefined
}

/** What spreads the requests of a balancer over instances: itself, or the target groups that it uses. */
export async function spreadersOf(c: StepContext, balancer: ResourceRef): Promise<BalancerRef[]> {
  if (balancer.kind === 'classic' || balancer.kind === 'targetGroup') return [balancer]
  try {
    return (await listTargetGroups(c, balancer.arn)).map(targetGroupRef)
  } catch (error) {
    if (isBalancerGone(error)) return []
    throw error
  }
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

/** A group, as far as balancers need to know. */
export interface BoundGroup {
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

/** That something cannot be deleted, since something else uses it. */
export const inUse = (message: string, hint: string): ViridianError =>
  new ViridianError('E_BALANCER_IN_USE', message, {
    hint,
    place: { call: 'elasticloadbalancing:DescribeLoadBalancers' },
    refused: true,
  })
