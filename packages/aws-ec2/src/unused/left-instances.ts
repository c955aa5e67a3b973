import {
  allPages,
  autoScalingApi,
  listClassicBalancers,
  listTargetGroups,
  membersOf,
  runTag,
} from '@viridian/aws'
import { defineRead, type LeftoverKind, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findInstances, isEnding } from '../instances.ts'
import { terminateInstances } from '../terminate-instances.ts'

const Member = z.object({ InstanceId: z.string() })
const Groups = z.object({
  AutoScalingGroups: z.array(
    z.object({ AutoScalingGroupName: z.string(), Instances: z.array(Member).default([]) }),
  ),
  NextToken: z.string().optional(),
})

/** Finds the instances that runs have launched, and who has them now: a group, a balancer, or nobody. */
export const findMadeInstances = defineRead({
  name: 'aws-ec2/find-made-instances',
  version: 1,
  input: z.strictObject({}),
  output: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      run: z.string(),
      state: z.string(),
      user: z.string().exactOptional(),
    }),
  ),
  calls: [
    'ec2:DescribeInstances',
    'autoscaling:DescribeAutoScalingGroups',
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeTargetGroups',
    'elasticloadbalancing:DescribeTargetHealth',
  ],
  title: () => 'find the instances that runs have launched',
  run: async (_input, c) => {
    const found = await findInstances(c, { Name: 'tag-key', Values: [runTag] })
    const there = found.filter((instance) => !isEnding(instance))
    if (there.length === 0) return []
    const users = await usersOfInstances(c)
    return there.map(({ InstanceId: id, State, Tags = [] }) => {
      const tag = (key: string): string => Tags.find(({ Key }) => Key === key)?.Value ?? ''
      const user = users.get(id)
      return {
        id,
        name: tag('Name'),
        run: tag(runTag),
        state: State.Name,
        ...(user !== undefined && { user }),
      }
    })
  },
})

/** The instances that a run has launched and that nobody has: of runs that died before they attached them. */
export const leftInstances: LeftoverKind = {
  kind: 'instance',
  after: ['group'],
  find: async (t) =>
    (await t.step(findMadeInstances, {})).map(({ id, name, run, state, user }) => ({
      thing: `instance/${id}`,
      title: `instance ${id}${name === '' ? '' : ` of ${name}`}, ${state}`,
      run,
      ...(user !== undefined && { inUse: user }),
      remove: async (t) => {
        await t.step(terminateInstances, { ids: [id] })
      },
    })),
}

async function usersOfInstances(c: StepContext): Promise<ReadonlyMap<string, string>> {
  const [groups, balancers, targetGroups] = await Promise.all([
    allPages(async (NextToken) => {
      const page = await autoScalingApi(c, 'DescribeAutoScalingGroups', { NextToken }, Groups)
      return { items: page.AutoScalingGroups, next: page.NextToken }
    }),
    listClassicBalancers(c),
    listTargetGroups(c),
  ])
  const targets = await Promise.all(
    targetGroups.map(async ({ arn, name }) => {
      const ids = await membersOf({ kind: 'targetGroup', arn, name }).registered(c)
      return { name, ids }
    }),
  )
  const users = new Map<string, string>()
  for (const { name, instances } of balancers)
    for (const id of instances) users.set(id, `it is behind load balancer ${name}`)
  for (const { name, ids } of targets)
    for (const id of ids) users.set(id, `it is behind target group ${name}`)
  for (const { AutoScalingGroupName: name, Instances } of groups)
    for (const { InstanceId } of Instances) users.set(InstanceId, `group ${name} has it`)
  return users
}
