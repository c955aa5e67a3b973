import { awsCode } from '@viridian/aws'
import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { route53Api } from './api.ts'
import { canonicalName, plainName, zonesAbove } from './domain-name.ts'
import { readTargets } from './read-record-sets.ts'

const Zone = z.object({
  Id: z.string(),
  Name: z.string(),
  Config: z.object({ PrivateZone: z.boolean().optional() }).optional(),
})

type Zone = z.infer<typeof Zone>

const Page = z.object({
  HostedZones: z.array(Zone),
  IsTruncated: z.boolean().default(false),
  NextDNSName: z.string().optional(),
  NextHostedZoneId: z.string().optional(),
})

const Described = z.object({
  HostedZone: Zone,
  DelegationSet: z.object({ NameServers: z.array(z.string()) }).optional(),
})

/** A hosted zone: its bare id, its canonical name, and the names of the servers that answer for it; none for a private one. */
export interface HostedZone {
  readonly id: string
  readonly name: string
  readonly nameServers: readonly string[]
}

/**
 * The hosted zone of a name: the one that is asked for by its id, or else the longest public one that contains the name
 * (`ListHostedZonesByName`, `GetHostedZone`). A longer private one counts where it has a record of the name
 * (`ListResourceRecordSets`): that is what its networks see.
 *
 * @throws ViridianError `E_ZONE_NOT_FOUND`; `E_ZONE_AMBIGUOUS` when two zones could be meant
 */
export async function zoneOf(c: StepContext, name: string, asked?: string): Promise<HostedZone> {
  const id = asked ?? (await longestZone(c, name))
  const { HostedZone, DelegationSet } = await describe(c, id)
  const zoneName = canonicalName(HostedZone.Name)
  if (!zonesAbove(name).includes(zoneName))
    throw notFound(
      `${plainName(name)} is not in the hosted zone ${id}, which is ${plainName(HostedZone.Name)}`,
    )
  return { id: bareId(HostedZone.Id), name: zoneName, nameServers: DelegationSet?.NameServers ?? [] }
}

async function describe(c: StepContext, id: string): Promise<z.infer<typeof Described>> {
  try {
    return await route53Api(c, 'GetHostedZone', { Id: id }, Described)
  } catch (error) {
    if (awsCode(error) !== 'NoSuchHostedZone') throw error
    throw notFound(`there is no hosted zone ${id}`)
  }
}

async function longestZone(c: StepContext, name: string): Promise<string> {
  const hidden: Zone[] = []
  for (const above of zonesAbove(name)) {
    const zones = await zonesNamed(c, above)
    const [open] = zones.filter(({ Config }) => Config?.PrivateZone !== true)
    if (open !== undefined) {
      const meant = [...(await thoseWith(c, name, hidden)), ...zones]
      if (meant.length > 1) throw ambiguous(name, meant)
      return bareId(open.Id)
    }
    hidden.push(...zones)
  }
  const ids = hidden.map(({ Id }) => bareId(Id)).join(', ')
  throw notFound(
    `no public hosted zone contains ${plainName(name)}`,
    hidden.length > 0
      ? `there is a private one; if it is meant: names.find(t, record, { zone: '${ids}' })`
      : undefined,
  )
}

/** The zones that have a record of the name. */
async function thoseWith(c: StepContext, name: string, zones: readonly Zone[]): Promise<Zone[]> {
  const targets = await Promise.all(zones.map(({ Id }) => readTargets(c, bareId(Id), name)))
  return zones.filter((_, index) => targets[index]?.length !== 0)
}

/** The zones of exactly this name. Route 53 lists from it on, in the order of names. */
async function zonesNamed(c: StepContext, name: string): Promise<Zone[]> {
  const found: Zone[] = []
  let from: { DNSName: string; HostedZoneId?: string } | undefined = { DNSName: name }
  while (from !== undefined) {
    const page: z.infer<typeof Page> = await route53Api(c, 'ListHostedZonesByName', from, Page)
    const named = page.HostedZones.filter((zone) => canonicalName(zone.Name) === name)
    found.push(...named)
    const more = page.IsTruncated && named.length === page.HostedZones.length
    from =
      more && page.NextDNSName !== undefined
        ? {
            DNSName: page.NextDNSName,
            ...(page.NextHostedZoneId !== undefined && { HostedZoneId: page.NextHostedZoneId }),
          }
        : undefined
  }
  return found
}

/** Route 53 answers `/hostedzone/Z1`, and takes `Z1`. */
export const bareId = (id: string): string => id.replace(/^\/?hostedzone\//, '')

const notFound = (
  message: string,
  hint = 'check the name, and that AWS_PROFILE is of the account that has its zone',
) =>
  new ViridianError('E_ZONE_NOT_FOUND', message, { hint, place: { call: 'route53:ListHostedZonesByName' } })

function ambiguous(name: string, zones: readonly Zone[]): ViridianError {
  const shown = zones.map(
    ({ Id, Name, Config }) =>
      `${bareId(Id)} (${Config?.PrivateZone === true ? 'private' : 'public'} ${plainName(Name)})`,
  )
  return new ViridianError(
    'E_ZONE_AMBIGUOUS',
    `${plainName(name)} is in ${zones.length} hosted zones: ${shown.join(', ')}`,
    {
      hint: "say in the task which one is meant: names.find(t, record, { zone: 'Z…' })",
      place: { call: 'route53:ListHostedZonesByName' },
    },
  )
}
