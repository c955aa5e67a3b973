import { balancerName, LoadBalancer, listClassicBalancers, membersOf } from '@viridian/aws'
import { defineCheck, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { balancerDnsName } from './domain-name.ts'
import { FoundRecord } from './found-record.ts'
import { readTargets } from './read-record-sets.ts'
import { readUnnamed } from './read-unnamed.ts'

/**
 * Tests that users have moved: that no name of the account leads to balancers any more, and that a name leads to one where
 * most are in service (`DescribeInstanceHealth`). What it leads to outside of the account cannot be seen, and passes.
 *
 * @throws ViridianError `E_BALANCER_NAMED`, `E_RECORD_UNSERVED`
 */
export const testMoved = defineCheck({
  name: 'aws-route53/test-moved',
  version: 2,
  input: z.strictObject({
    found: FoundRecord,
    from: z.array(LoadBalancer),
    /** Somebody has taken the name away on purpose. */
    gone: z.boolean().exactOptional(),
  }),
  output: z.null(),
  calls: [
    ...readUnnamed.calls,
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeInstanceHealth',
  ],
  title: ({ found, from }) => `see ${found.name} served, and no name at ${from.map(balancerName).join(', ')}`,
  run: async ({ found, from, gone = false }, c) => {
    await readUnnamed.run({ balancers: from }, c)
    await refuseUnserved(c, found, gone)
    return null
  },
})

async function refuseUnserved(c: StepContext, { name, zoneId }: FoundRecord, gone: boolean): Promise<void> {
  const targets = (await readTargets(c, zoneId, name)).map(balancerDnsName)
  if (targets.length === 0) {
    if (!gone) throw unserved(c, name, `${name} leads nowhere`, deletedOnPurpose(c.run.id))
    const text = [`! ${name} leads nowhere, and the run goes on all the same`]
    return c.emit({ kind: 'record.gone', data: { record: name }, text })
  }
  const known = await listClassicBalancers(c)
  const led = known.filter(({ dnsName }) => targets.includes(balancerDnsName(dnsName)))
  for (const { name: balancer, instances } of led) {
    const { length: serving } = await membersOf({ kind: 'classic', name: balancer }).inService(c)
    // One that comes or goes is no reason to stop; that most are away is.
    if (serving > 0 && serving >= instances.length / 2) continue
    throw unserved(
      c,
      name,
      `${name} leads to ${balancer}, where ${serving} of ${instances.length} are in service`,
    )
  }
}

const deletedOnPurpose = (run: string): string =>
  `; if it is deleted on purpose: tasks resume ${run} --name-gone (a task of your own: moved with { gone: true })`

const unserved = ({ run }: StepContext, name: string, message: string, otherwise = ''): ViridianError =>
  new ViridianError('E_RECORD_UNSERVED', message, {
    hint: `let ${name} lead to a balancer that has its instances in service, then: tasks resume ${run.id}${otherwise}`,
    place: { call: 'elasticloadbalancing:DescribeInstanceHealth' },
  })
