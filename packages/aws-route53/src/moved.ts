import {
  type BalancerRef,
  balancerName,
  type FrontRef,
  frontsOf,
  healthCall,
  healthCalls,
  LoadBalancer,
  listClassicBalancers,
  listLoadBalancersV2,
  listTargetGroups,
  membersOf,
} from '@viridian/aws'
import { defineCheck, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { balancerDnsName } from './domain-name.ts'
import { FoundRecord, recordTitle } from './found-record.ts'
import { readTargets } from './read-record-sets.ts'
import { readUnnamed } from './read-unnamed.ts'

/**
 * Tests that users have moved: that no name of the account leads to balancers any more, and that a name leads to one where
 * most are in service (`DescribeInstanceHealth`, `DescribeTargetHealth`). What it leads to outside of the account cannot be seen, and passes.
 *
 * @throws ViridianError `E_BALANCER_NAMED`, `E_RECORD_UNSERVED`
 */
export const testMoved = defineCheck({
  name: 'aws-route53/test-moved',
  version: 3,
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
    'elasticloadbalancing:DescribeTargetGroups',
    ...healthCalls,
  ],
  title: ({ found, from }) =>
    `see ${recordTitle(found)} served, and no name at ${frontsOf(from).map(balancerName).join(', ')}`,
  run: async ({ found, from, gone = false }, c) => {
    await readUnnamed.run({ balancers: from }, c)
    await refuseUnserved(c, found, gone)
    return null
  },
})

async function refuseUnserved(c: StepContext, found: FoundRecord, gone: boolean): Promise<void> {
  const name = recordTitle(found)
  const targets = (await readTargets(c, found.zoneId, found.name, found.set)).map(balancerDnsName)
  if (targets.length === 0) {
    if (!gone) throw unserved(c, name, `${name} leads nowhere`, { otherwise: deletedOnPurpose(c.run.id) })
    const text = [`! ${name} leads nowhere, and the run goes on all the same`]
    return c.emit({ kind: 'record.gone', data: { record: name }, text })
  }
  for (const { front, balancers } of await ledTo(c, targets)) {
    let [serving, registered] = [0, 0]
    for (const members of balancers.map(membersOf)) {
      serving += (await members.inService(c)).length
      registered += (await members.registered(c)).length
    }
    // One that comes or goes is no reason to stop; that most are away is.
    if (serving > 0 && serving >= registered / 2) continue
    const text = `${name} leads to ${balancerName(front)}, where ${serving} of ${registered} are in service`
    throw unserved(c, name, text, { call: healthCall(front) })
  }
}

/** The load balancers of the account at these DNS names, each with what spreads its requests, whomever that is for. */
async function ledTo(c: StepContext, dnsNames: readonly string[]): Promise<Led[]> {
  const [classic, others] = await Promise.all([listClassicBalancers(c), listLoadBalancersV2(c)])
  const isLedTo = ({ dnsName }: { readonly dnsName: string }): boolean =>
    dnsNames.includes(balancerDnsName(dnsName))
  const led: Led[] = classic.filter(isLedTo).map(({ name }) => {
    const front = { kind: 'classic', name } as const
    return { front, balancers: [front] }
  })
  for (const front of others.filter(isLedTo)) {
    const groups = await listTargetGroups(c, front.arn)
    led.push({ front, balancers: groups.map((group) => ({ kind: 'targetGroup', ...group })) })
  }
  return led
}

interface Led {
  readonly front: FrontRef
  readonly balancers: readonly BalancerRef[]
}

const deletedOnPurpose = (run: string): string =>
  `; if it is deleted on purpose: tasks resume ${run} --name-gone (a task of your own: moved with { gone: true })`

const unserved = (
  { run }: StepContext,
  name: string,
  message: string,
  { otherwise = '', call = 'route53:ListResourceRecordSets' },
): ViridianError =>
  new ViridianError('E_RECORD_UNSERVED', message, {
    hint: `let ${name} lead to a balancer that has its instances in service, then: tasks resume ${run.id}${otherwise}`,
    place: { call },
  })
