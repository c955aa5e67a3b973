import { allPages, balancerName, frontsOf, LoadBalancer, lookFor } from '@viridian/aws'
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

const Targets = z.object({
  ResourceRecords: z.array(z.object({ Value: z.string() })).optional(),
  AliasTarget: z.object({ DNSName: z.string() }).optional(),
})

/** A record that does not count, since it is the one that is switched. */
const Switched = z.strictObject({
  name: z.string(),
  zoneId: z.string(),
  /** Whether it is there yet, so that others can follow it. */
  exists: z.boolean(),
  /** Of a weighted name: the one that is switched. */
  set: z.string().exactOptional(),
})

const Input = z.strictObject({ balancers: z.array(LoadBalancer), without: Switched.optional() })
type Input = z.infer<typeof Input>

/**
 * Sees that no record of the account leads to balancers, neither as an alias nor as a CNAME, in whatever zone, however
 * it is routed (`ListHostedZones`, `ListResourceRecordSets`). A read and not a check: it is about one moment of the run,
 * also for a run that is resumed.
 *
 * @throws ViridianError `E_BALANCER_NAMED` with the names
 */
export const readUnnamed = defineRead({
  name: 'aws-route53/read-unnamed',
  version: 3,
  input: Input,
  output: z.null(),
  calls: ['route53:ListHostedZones', 'route53:ListResourceRecordSets'],
  title: ({ balancers, without }) =>
    `see that no ${without ? 'other ' : ''}name leads to ${frontsOf(balancers).map(balancerName).join(', ')}`,
  run: async (input, c) => {
    const sought = frontsOf(input.balancers)
    const dnsNames = sought.map(({ dnsName }) => dnsName)
    let leading: Leading[] = []
    // An answer that shows a name there may be an old one.
    const isFree = await lookFor(c, async () => {
      leading = (await namesLeadingTo(c, dnsNames)).filter((each) => !isSwitched(each, input))
      return leading.length === 0
    })
    if (isFree) return null
    const texts = sought.flatMap(({ name, dnsName }) => {
      const at = leading.filter((each) => each.dnsName === dnsName).map(({ record }) => record)
      const records = [...new Set(at)]
      return at.length === 0
        ? []
        : `${records.join(', ')} lead${records.length === 1 ? 's' : ''} to load balancer ${name}`
    })
    throw isNamed(texts, input)
  },
})

/** A record that leads to a balancer. */
interface Leading {
  readonly record: string
  /** The hosted zone that it is in. */
  readonly zoneId: string
  readonly dnsName: string
  /** Of one of several record sets of the name. */
  readonly set?: string
}

const isSwitched = ({ record, zoneId, set }: Leading, { without }: Input): boolean =>
  record === without?.name && zoneId === without.zoneId && set === without.set

/** The records of the account that lead to these DNS names, in whatever zone, however they are routed. */
export async function namesLeadingTo(c: StepContext, dnsNames: readonly string[]): Promise<Leading[]> {
  const found: Leading[] = []
  for (const zoneId of await zoneIds(c)) {
    for (const set of await allSets(c, zoneId)) {
      const { AliasTarget, ResourceRecords = [] } = Targets.parse(set)
      const targets = [AliasTarget?.DNSName ?? '', ...ResourceRecords.map(({ Value }) => Value)]
      const led = dnsNames.find((dnsName) =>
        targets.some((target) => balancerDnsName(target) === balancerDnsName(dnsName)),
      )
      if (led === undefined) continue
      const several = set.SetIdentifier !== undefined && { set: set.SetIdentifier }
      found.push({ record: plainName(set.Name), zoneId, dnsName: led, ...several })
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

const isNamed = (texts: readonly string[], { without }: Input): ViridianError =>
  new ViridianError('E_BALANCER_NAMED', texts.join('; '), {
    hint: hintFor(without),
    place: { call: 'route53:ListResourceRecordSets' },
  })

function hintFor(switched: Input['without']): string {
  if (!switched) return 'point that name elsewhere first, or delete its record'
  return switched.exists
    ? `to be switched as well it has to follow ${switched.name}: make it an alias of that, or a CNAME to it`
    : `switch one that leads there in place of ${switched.name}; all others can be aliases of it`
}
