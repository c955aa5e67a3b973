import { elbApi, listClassicBalancers, runTag } from '@viridian/aws'
import { defineRead, type LeftoverKind, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readGroups, usageCalls } from './balancer-uses.ts'
import { removeBalancer } from './remove-balancer.ts'

const MadeBalancer = z.strictObject({
  name: z.string(),
  dnsName: z.string(),
  /** Null for one that no run has made, and that only what is removed has needed. */
  run: z.string().nullable(),
  user: z.string().exactOptional(),
})

const Tagged = z.object({
  TagDescriptions: z.array(
    z.object({
      LoadBalancerName: z.string(),
      Tags: z.array(z.object({ Key: z.string(), Value: z.string().default('') })).default([]),
    }),
  ),
})
/** As many names as `DescribeTags` takes. */
const namesInACall = 20

/** Finds the balancers that runs have made, and whether anything is behind them. */
export const findMadeBalancers = defineRead({
  name: 'aws-elb/find-made-balancers',
  version: 1,
  input: z.strictObject({
    /** Groups that don't count: they will be gone. */
    without: z.array(z.string()),
    /** Others to look at, by name: nobody may need them any more. */
    needed: z.array(z.string()),
  }),
  output: z.array(MadeBalancer),
  calls: ['elasticloadbalancing:DescribeTags', ...usageCalls],
  title: () => 'find the load balancers that runs have made',
  run: async ({ without, needed }, c) => {
    const all = await listClassicBalancers(c)
    const runs = await runsOf(
      c,
      all.map(({ name }) => name),
    )
    const found = all.filter(({ name }) => runs.has(name) || needed.includes(name))
    if (found.length === 0) return []
    const groups = (await readGroups(c)).filter(({ name }) => !without.includes(name))
    return found.map(({ name, dnsName, instances }) => {
      const group = groups.find(({ isBehind }) => isBehind({ kind: 'classic', name }))
      const user = group ? `group ${group.name} is bound to it` : occupation(instances)
      return { name, dnsName, run: runs.get(name) ?? null, ...(user !== undefined && { user }) }
    })
  },
})

/** Load balancers with nothing behind them. */
export const leftBalancers: LeftoverKind = {
  kind: 'load balancer',
  after: ['group', 'instance'],
  find: async (t, going) => {
    const input = { without: going.named('group'), needed: going.needed('balancer') }
    return (await t.step(findMadeBalancers, input)).map(({ name, dnsName, run, user }) => ({
      thing: `balancer/${name}`,
      title: `load balancer ${name}`,
      ...(run !== null && { run }),
      ...(user !== undefined && { inUse: user }),
      names: [dnsName],
      remove: async (t) => {
        await t.step(removeBalancer, { name })
      },
    }))
  },
}

/** The runs that have made balancers, by the balancers' names. */
async function runsOf(c: StepContext, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const runs = new Map<string, string>()
  for (let start = 0; start < names.length; start += namesInACall) {
    const input = { LoadBalancerNames: names.slice(start, start + namesInACall) }
    const { TagDescriptions } = await elbApi(c, 'DescribeTags', input, Tagged)
    for (const { LoadBalancerName, Tags } of TagDescriptions) {
      const run = Tags.find(({ Key }) => Key === runTag)?.Value
      if (run !== undefined) runs.set(LoadBalancerName, run)
    }
  }
  return runs
}

const occupation = ({ length }: readonly string[]): string | undefined =>
  length > 0 ? `it has instances: ${length}` : undefined
