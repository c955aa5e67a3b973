import {
  allPages,
  autoScalingApi,
  balancerThing,
  listClassicBalancers,
  listLoadBalancersV2,
  listTargetGroups,
  runOfName,
} from '@viridian/aws'
import { defineRead, type LeftoverKind, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readAllAlarms } from './alarms.ts'
import { isOfTargetTracking, subjectsOf } from './concern.ts'
import { deleteAlarms } from './delete-alarms.ts'

const Groups = z.object({
  AutoScalingGroups: z.array(z.object({ AutoScalingGroupName: z.string() })),
  NextToken: z.string().optional(),
})

/** Finds the alarms that runs have copied, as their names say, and those of what will be gone. */
export const findMadeAlarms = defineRead({
  name: 'aws-cloudwatch/find-made-alarms',
  version: 2,
  input: z.strictObject({
    /** Groups and balancers that will be gone, as steps name them. */
    without: z.array(z.string()),
  }),
  output: z.array(
    z.strictObject({
      name: z.string(),
      /** Null for one that no run has made, and that concerns only what will be gone. */
      run: z.string().nullable(),
      /** What of it will be gone, as steps name it. */
      of: z.string().exactOptional(),
      user: z.string().exactOptional(),
    }),
  ),
  calls: [
    'cloudwatch:DescribeAlarms',
    'autoscaling:DescribeAutoScalingGroups',
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeTargetGroups',
  ],
  title: () => 'find the alarms that runs have copied',
  run: async ({ without }, c) => {
    const { metric } = await readAllAlarms(c)
    const own = metric
      .filter((alarm) => !isOfTargetTracking(alarm))
      .map((alarm) => {
        const { AlarmName: name = '' } = alarm
        return { name, run: runOfName(name) ?? null, subjects: subjectsOf(alarm) }
      })
    const concerned = own.filter(({ run, subjects }) => run !== null || among(subjects, without).length > 0)
    if (concerned.length === 0) return []
    const left = await readLeft(c, without)
    return concerned
      .map(({ name, run, subjects }) => {
        const [watched] = among(subjects, left)
        const [of] = among(subjects, without)
        const isOfFleet = subjects.length > 0
        const user = isOfFleet ? watched && `it watches ${titleOf(watched)}` : 'it watches no fleet'
        return { name, run, ...(of !== undefined && { of }), ...(user !== undefined && { user }) }
      })
      .filter(({ run, user }) => run !== null || user === undefined)
  },
})

/** Alarms whose groups and balancers are gone, or go. */
export const leftAlarms: LeftoverKind = {
  kind: 'alarm',
  after: ['group', 'load balancer', 'target group'],
  find: async (t, going) => {
    const kinds = ['group', 'balancer', 'balancer-v2', 'target-group']
    const without = kinds.flatMap((kind) => going.named(kind).map((name) => `${kind}/${name}`))
    return (await t.step(findMadeAlarms, { without })).map(({ name, run, of, user }) => ({
      thing: `alarm/${name}`,
      title: `alarm ${name}`,
      ...(run === null ? of !== undefined && { of } : { run }),
      ...(user !== undefined && { inUse: user }),
      remove: async (t) => {
        await t.step(deleteAlarms, { names: [name] })
      },
    }))
  },
}

const among = (things: readonly string[], others: readonly string[]): string[] =>
  things.filter((thing) => others.includes(thing))

/** `group web`, `balancer web`, `target group web`. */
const titleOf = (thing: string): string =>
  thing.replace('balancer-v2/', 'balancer ').replace('target-group/', 'target group ').replace('/', ' ')

/** The groups and balancers that there will be, as steps name them. */
async function readLeft(c: StepContext, without: readonly string[]): Promise<string[]> {
  const [groups, classic, others, targetGroups] = await Promise.all([
    allPages(async (NextToken) => {
      const page = await autoScalingApi(c, 'DescribeAutoScalingGroups', { NextToken }, Groups)
      return { items: page.AutoScalingGroups, next: page.NextToken }
    }),
    listClassicBalancers(c),
    listLoadBalancersV2(c),
    listTargetGroups(c),
  ])
  const balancers = [
    ...classic.map((each) => balancerThing({ kind: 'classic', ...each })),
    ...others.map(balancerThing),
    ...targetGroups.map((each) => balancerThing({ kind: 'targetGroup', ...each })),
  ]
  const things = [...groups.map(({ AutoScalingGroupName: name }) => `group/${name}`), ...balancers]
  return things.filter((thing) => !without.includes(thing))
}
