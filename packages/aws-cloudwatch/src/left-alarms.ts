import { allPages, autoScalingApi, listClassicBalancers, runOfName } from '@viridian/aws'
import { defineRead, type LeftoverKind, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readAllAlarms } from './alarms.ts'
import { isOfTargetTracking, type Subjects, subjectsOf } from './concern.ts'
import { deleteAlarms } from './delete-alarms.ts'

const Names = z.array(z.string())
const Groups = z.object({
  AutoScalingGroups: z.array(z.object({ AutoScalingGroupName: z.string() })),
  NextToken: z.string().optional(),
})

/** Finds the alarms that runs have copied, as their names say, and those of what will be gone. */
export const findMadeAlarms = defineRead({
  name: 'aws-cloudwatch/find-made-alarms',
  version: 1,
  input: z.strictObject({
    /** Groups and balancers that will be gone. */
    without: z.strictObject({ groups: Names, balancers: Names }),
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
    const concerned = own.filter(({ run, subjects }) => run !== null || names(subjects, without).length > 0)
    if (concerned.length === 0) return []
    const left = await readLeft(c, without)
    return concerned
      .map(({ name, run, subjects }) => {
        const [watched] = names(subjects, left)
        const [of] = names(subjects, without)
        const isOfFleet = subjects.groups.length + subjects.balancers.length > 0
        const user = isOfFleet ? watched && `it watches ${watched.replace('/', ' ')}` : 'it watches no fleet'
        return { name, run, ...(of !== undefined && { of }), ...(user !== undefined && { user }) }
      })
      .filter(({ run, user }) => run !== null || user === undefined)
  },
})

/** Alarms whose groups and balancers are gone, or go. */
export const leftAlarms: LeftoverKind = {
  kind: 'alarm',
  after: ['group', 'load balancer'],
  find: async (t, going) => {
    const without = { groups: going.named('group'), balancers: going.named('balancer') }
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

/** Those of an alarm's subjects that are among others, as steps name them. */
const names = (subjects: Subjects, others: Subjects): string[] => [
  ...subjects.groups.filter((name) => others.groups.includes(name)).map((name) => `group/${name}`),
  ...subjects.balancers.filter((name) => others.balancers.includes(name)).map((name) => `balancer/${name}`),
]

/** The groups and balancers that there will be. */
async function readLeft(c: StepContext, without: Subjects): Promise<Subjects> {
  const [groups, balancers] = await Promise.all([
    allPages(async (NextToken) => {
      const page = await autoScalingApi(c, 'DescribeAutoScalingGroups', { NextToken }, Groups)
      return { items: page.AutoScalingGroups, next: page.NextToken }
    }),
    listClassicBalancers(c),
  ])
  return {
    groups: groups
      .map(({ AutoScalingGroupName }) => AutoScalingGroupName)
      .filter((name) => !without.groups.includes(name)),
    balancers: balancers.map(({ name }) => name).filter((name) => !without.balancers.includes(name)),
  }
}
