import { defineRead, type Leftover, type Steps, type Use } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { namesLeadingTo } from './read-unnamed.ts'

/** Finds the records of the account that lead to some DNS names. */
export const findNamed = defineRead({
  name: 'aws-route53/find-named',
  version: 1,
  input: z.strictObject({ dnsNames: z.array(z.string()) }),
  output: z.array(z.strictObject({ record: z.string(), dnsName: z.string() })),
  calls: ['route53:ListHostedZones', 'route53:ListResourceRecordSets'],
  title: ({ dnsNames }) =>
    `find the names that lead to ${dnsNames.length} load balancer${dnsNames.length === 1 ? '' : 's'}`,
  run: async ({ dnsNames }, c) =>
    (await namesLeadingTo(c, dnsNames)).map(({ record, dnsName }) => ({ record, dnsName })),
})

/** What users still get to by a name of the account is in use, whatever is behind it. */
export async function users(t: Steps, found: readonly Leftover[]): Promise<Use[]> {
  const dnsNames = found.flatMap(({ names = [] }) => names)
  if (dnsNames.length === 0) return []
  const named = await t.step(findNamed, { dnsNames })
  return found.flatMap(({ thing, names = [] }) => {
    const leading = named.find(({ dnsName }) => names.includes(dnsName))
    return leading ? [{ thing, by: `${leading.record} leads to it` }] : []
  })
}
