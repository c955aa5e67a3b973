import {
  autoScalingApi,
  balancerLabel,
  boundTo,
  LaunchSource,
  labelThing,
  retiredTag,
  runTag,
  sourceThing,
} from '@viridian/aws'
import { defineRead, type LeftoverKind, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import type { Group } from '../group.ts'
import { findSource } from '../group-source.ts'
import { removeGroup, seeRemoved } from '../retired/remove-group.ts'
import { retirementOf } from '../retired/retired-tags.ts'
import { taggedGroups } from './all-groups.ts'

const MadeGroup = z.strictObject({
  name: z.string(),
  run: z.string(),
  /** Since when another one serves in its place. */
  retiredSince: z.string().exactOptional(),
  /** How many instances it has, or wants. */
  size: z.int(),
  /** True when it has had instances, which a group that a run has died over has not. */
  hasServed: z.boolean(),
  /** What it is bound to, by name; target groups by ARN. */
  balancers: z.array(z.string()),
  source: LaunchSource.nullable(),
})
type MadeGroup = z.infer<typeof MadeGroup>

const Activities = z.object({ Activities: z.array(z.unknown()) })

/** Finds the groups that runs have made or retired. */
export const findMadeGroups = defineRead({
  name: 'aws-autoscaling/find-made-groups',
  version: 1,
  input: z.strictObject({}),
  output: z.array(MadeGroup),
  calls: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeScalingActivities'],
  title: () => 'find the groups that runs have made or retired',
  run: async (_input, c) => {
    const groups = await taggedGroups(c, runTag, retiredTag)
    const there = groups.filter(({ Status }) => Status === undefined)
    return Promise.all(there.map((group) => madeGroup(c, group)))
  },
})

/** Groups that another one has taken the place of, and those that a run has died over before they had instances. */
export const leftGroups: LeftoverKind = {
  kind: 'group',
  after: ['pin'],
  find: async (t) =>
    (await t.step(findMadeGroups, {})).map((group) => {
      const { name, run, retiredSince, size, balancers, source } = group
      const needed = [
        ...balancers.map((key) => labelThing(balancerLabel(key))),
        ...(source === null ? [] : [sourceThing(source)]),
      ]
      return {
        thing: `group/${name}`,
        title: `group ${name}, ${retiredSince === undefined ? 'empty' : 'retired'}`,
        run,
        ...(retiredSince !== undefined && { since: retiredSince }),
        ...(size > 0 && { inUse: `it has ${size} ${size === 1 ? 'instance' : 'instances'}` }),
        ...(isAsleep(group) && {
          undecided:
            'it has had instances and nobody has retired it: if it does not sleep, delete it by hand',
        }),
        needed,
        remove: (t) =>
          t.move({ name: 'remove-group', title: `remove group ${name}` }, async (t) => {
            await t.step(removeGroup, { group: name })
            await t.step(seeRemoved, { group: name })
          }),
      }
    }),
}

const isAsleep = ({ retiredSince, hasServed }: MadeGroup): boolean => retiredSince === undefined && hasServed

async function madeGroup(c: StepContext, group: Group): Promise<MadeGroup> {
  const { AutoScalingGroupName: name, Instances, DesiredCapacity, Tags } = group
  const { classic, targetGroups } = boundTo(group)
  const retirement = retirementOf(Tags)
  const size = Math.max(Instances.length, DesiredCapacity)
  return {
    name,
    run: retirement?.run ?? Tags.find(({ Key }) => Key === runTag)?.Value ?? '',
    ...(retirement && { retiredSince: retirement.since }),
    size,
    hasServed: size > 0 || (!retirement && (await hasActivities(c, name))),
    balancers: [...classic, ...targetGroups],
    source: findSource(group) ?? null,
  }
}

async function hasActivities(c: StepContext, AutoScalingGroupName: string): Promise<boolean> {
  const input = { AutoScalingGroupName, MaxRecords: 1 }
  return (await autoScalingApi(c, 'DescribeScalingActivities', input, Activities)).Activities.length > 0
}
