import { balancerThing, balancerTitle, describeTargetGroups, listTargetGroups } from '@viridian/aws'
import { defineRead, type LeftoverKind } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readGroups, usageCalls, userOf } from './balancer-uses.ts'
import { neededOf } from './left-balancers.ts'
import { runsOf } from './made-by-runs.ts'
import { takeAway } from './remove-balancer.ts'
import { TargetGroupRef, targetGroupRef } from './resource-ref.ts'

const MadeTargetGroup = z.strictObject({
  targetGroup: TargetGroupRef,
  /** Null for one that no run has made, and that only what is removed has needed. */
  run: z.string().nullable(),
  user: z.string().exactOptional(),
})

/** Finds the target groups that runs have made, and whether anything uses them. */
export const findMadeTargetGroups = defineRead({
  name: 'aws-elb/find-made-target-groups',
  version: 1,
  input: z.strictObject({
    /** Groups and load balancers that don't count, by name: they will be gone. */
    without: z.strictObject({ groups: z.array(z.string()), loadBalancers: z.array(z.string()) }),
    /** Others to look at, as steps name things: nobody may need them any more. */
    needed: z.array(z.string()),
  }),
  output: z.array(MadeTargetGroup),
  calls: ['elasticloadbalancing:DescribeTags', ...usageCalls],
  title: () => 'find the target groups that runs have made',
  run: async ({ without, needed }, c) => {
    const all = (await listTargetGroups(c)).map(targetGroupRef)
    const runs = await runsOf(c, all)
    const found = all.filter((each) => runs.has(balancerThing(each)) || needed.includes(balancerThing(each)))
    if (found.length === 0) return []
    const groups = (await readGroups(c)).filter(({ name }) => !without.groups.includes(name))
    return Promise.all(
      found.map(async (targetGroup) => {
        const [described] = await describeTargetGroups(c, [targetGroup.arn])
        const users = (described?.LoadBalancerArns ?? []).map(balancerNameOf)
        const user = users.find((name) => !without.loadBalancers.includes(name))
        const use =
          user === undefined
            ? await userOf(c, [targetGroup], groups)
            : `load balancer ${user} sends users to it`
        return {
          targetGroup,
          run: runs.get(balancerThing(targetGroup)) ?? null,
          ...(use !== undefined && { user: use }),
        }
      }),
    )
  },
})

/** Target groups that no load balancer uses any more, with nothing in them. */
export const leftTargetGroups: LeftoverKind = {
  kind: 'target group',
  after: ['group', 'instance', 'load balancer'],
  find: async (t, going) => {
    const without = { groups: going.named('group'), loadBalancers: going.named('balancer-v2') }
    const found = await t.step(findMadeTargetGroups, { without, needed: neededOf(going) })
    return found.map(({ targetGroup, run, user }) => ({
      thing: balancerThing(targetGroup),
      title: balancerTitle(targetGroup),
      ...(run !== null && { run }),
      ...(user !== undefined && { inUse: user }),
      remove: (t) => takeAway(t, targetGroup),
    }))
  },
}

/** `arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188` is `web`. */
const balancerNameOf = (arn: string): string => arn.split('/').at(-2) ?? arn
