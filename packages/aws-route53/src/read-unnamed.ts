import { allPages, balancerName, classicOnly, LoadBalancer } from '@viridian/aws'
import { defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { route53Api } from './api.ts'
import { balancerDnsName, plainName } from './domain-name.ts'
import { bareId } from './hosted-zone.ts'
import { allSets } from './read-record-sets.ts'

const Zones = z.object({
  HostedZones: z.array(z.object({ Id: z.string() })),
  IsTruncated: z.boolean().default(false),
  NextMarker: z.string().optional(),
})

const Leading = z.object({
  ResourceRecords: z.array(z.object({ Value: z.string() })).optional(),
  AliasTarget: z.object({ DNSName: z.string() }).optional(),
})

/**
 * Reads whether any record of the account leads to one of these balancers: an alias or a CNAME, in whatever zone, however
 * it is routed (`ListHostedZones`, `ListResourceRecordSets`). A read and not a check: it is about the moment before they
 * are deleted, also for a run that is resumed.
 *
 * @throws ViridianError `E_BALANCER_NAMED` with the names
 */
export const readUnnamed = defineRead({
  name: 'aws-route53/read-unnamed',
  version: 1,
  input: z.strictObject({ balancers: z.array(LoadBalancer) }),
  output: z.null(),
  calls: ['route53:ListHostedZones', 'route53:ListResourceRecordSets'],
  title: ({ balancers }) => `see that no name leads to ${balancers.map(balancerName).join(', ')}`,
  run: async ({ balancers }, c) => {
    const sought = balancers.map(classicOnly)
    const [first] = await namesLeadingTo(
      c,
      sought.map(({ dnsName }) => dnsName),
    )
    if (first)
      throw isNamed(first.record, sought.find(({ dnsName }) => dnsName === first.dnsName)?.name ?? '')
    return null
  },
})

/** The records of the account that lead to these DNS names, in whatever zone, however they are routed. */
export async function namesLeadingTo(
  c: StepContext,
  dnsNames: readonly string[],
): Promise<{ readonly record: string; readonly dnsName: string }[]> {
  const found: { record: string; dnsName: string }[] = []
  for (const zone of await zoneIds(c)) {
    for (const set of await allSets(c, zone)) {
      const { AliasTarget, ResourceRecords = [] } = Leading.parse(set)
      const targets = [AliasTarget?.DNSName ?? '', ...ResourceRecords.map(({ Value }) => Value)]
      const led = dnsNames.find((dnsName) =>
        targets.some((target) => balancerDnsName(target) === balancerDnsName(dnsName)),
      )
      if (led !== undefined) found.push({ record: plainName(set.Name), dnsName: led })
    }
  }
  return found
}

async function zoneIds(c: StepContext): Promise<string[]> {
  const zones = await allPages(async (Marker) => {
    const page = await route53Api(c, 'ListHostedZones', { Marker }, Zones)
    return { items: page.HostedZones, next: page.IsTruncated ? page.NextMarker : undefined }
  })
  return zones.map(({ Id }) => bareId(Id))
}

const isNamed = (record: string, balancer: string): ViridianError =>
  new ViridianError('E_BALANCER_NAMED', `${record} leads to load balancer ${balancer}`, {
    hint: 'point that name elsewhere first, or delete its record',
    place: { call: 'route53:ListResourceRecordSets' },
  })
