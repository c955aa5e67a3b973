import { balancerThing, balancerTitle, listClassicBalancers, listLoadBalancersV2 } from '@viridian/aws'
import { defineRead, type Going, type LeftoverKind, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readGroups, spreadersOf, usageCalls, userOf } from './balancer-uses.ts'
import { runsOf } from './made-by-runs.ts'
import { takeAway } from './remove-balancer.ts'
import { classicRef, loadBalancerRef, ResourceRef } from './resource-ref.ts'

const MadeBalancer = z.strictObject({
  balancer: ResourceRef,
  dnsName: z.string(),
  /** Null for one that no run has made, and that only what is removed has needed. */
  run: z.string().nullable(),
  /** Of such a one the group that needed it. */
  group: z.string().exactOptional(),
  user: z.string().exactOptional(),
})
type MadeBalancer = z.infer<typeof MadeBalancer>

type Listed = Pick<MadeBalancer, 'balancer' | 'dnsName'>

/** Finds the load balancers that runs have made, and whether anything is behind them. */
export const findMadeBalancers = defineRead({
  name: 'aws-elb/find-made-balancers',
  version: 2,
  input: z.strictObject({
    /** Groups that don't count: they will be gone. */
    without: z.array(z.string()),
    /** Others to look at, as steps name things: nobody may need them any more. */
    needed: z.array(z.string()),
  }),
  output: z.array(MadeBalancer),
  calls: ['elasticloadbalancing:DescribeTags', ...usageCalls],
  title: () => 'find the load balancers that runs have made',
  run: async ({ without, needed }, c) => {
    const all = await listAll(c)
    const runs = await runsOf(
      c,
      all.map(({ balancer }) => balancer),
    )
    const groups = await readGroups(c)
    const found: MadeBalancer[] = []
    for (const each of all) {
      const run = runs.get(balancerThing(each.balancer)) ?? null
      if (run === null && !(await isNeeded(c, each.balancer, needed))) continue
      const spreaders = await spreadersOf(c, each.balancer)
      const bound = groups.filter((group) => spreaders.some((spreader) => group.isBehind(spreader)))
      const going = bound.find(({ name }) => without.includes(name))
      const user = await userOf(
        c,
        spreaders,
        bound.filter(({ name }) => !without.includes(name)),
      )
      found.push({
        ...each,
        run,
        ...(run === null && going && { group: going.name }),
        ...(user !== undefined && { user }),
      })
    }
    return found
  },
})

/** Load balancers of every kind with nothing behind them. */
export const leftBalancers: LeftoverKind = {
  kind: 'load balancer',
  after: ['group', 'instance'],
  find: async (t, going) => {
    const found = await t.step(findMadeBalancers, { without: going.named('group'), needed: neededOf(going) })
    return found.map(({ balancer, dnsName, run, group, user }) => ({
      thing: balancerThing(balancer),
      title: balancerTitle(balancer),
      ...(run !== null && { run }),
      ...(group !== undefined && { of: `group/${group}` }),
      ...(user !== undefined && { inUse: user }),
      names: [dnsName],
      remove: (t) => takeAway(t, balancer),
    }))
  },
}

/** What only the groups that go have needed, as steps name things. */
export const neededOf = (going: Going): string[] =>
  ['balancer', 'target-group'].flatMap((kind) => going.needed(kind).map((name) => `${kind}/${name}`))

async function listAll(c: StepContext): Promise<Listed[]> {
  const [classic, others] = await Promise.all([listClassicBalancers(c), listLoadBalancersV2(c)])
  return [
    ...classic.map(({ name, dnsName }) => ({ balancer: classicRef({ name }), dnsName })),
    ...others.map((each) => ({ balancer: loadBalancerRef(each), dnsName: each.dnsName })),
  ]
}

/** A group needs its target groups, and these the load balancer that uses no other. */
async function isNeeded(c: StepContext, balancer: ResourceRef, needed: readonly string[]): Promise<boolean> {
  if (needed.length === 0) return false
  const spreaders = await spreadersOf(c, balancer)
  return spreaders.length > 0 && spreaders.every((each) => needed.includes(balancerThing(each)))
}
