import { defineRead, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { balancerDnsName, isBalancerDnsName, isRecordName, plainName, zonesAbove } from './domain-name.ts'
import { FoundRecord } from './found-record.ts'
import { type HostedZone, zoneOf } from './hosted-zone.ts'
import { meantSet } from './meant-set.ts'
import { isDelegated, readRecordSets, unsupported } from './read-record-sets.ts'
import { ofSet, type RecordSet } from './record-set.ts'

/**
 * Finds the record of a name, and the balancer that it leads to (`ListHostedZonesByName`, `GetHostedZone`,
 * `ListResourceRecordSets`). A name without a record is said aloud: it may be a misspelt one.
 *
 * @throws ViridianError `E_RECORD_NAME`, `E_ZONE_DELEGATED`, `E_RECORD_SET`
 */
export const findRecord = defineRead({
  name: 'aws-route53/find-record',
  version: 1,
  input: z.strictObject({
    record: z.string(),
    zone: z.string().optional(),
    set: z.string().exactOptional(),
  }),
  output: FoundRecord,
  calls: ['route53:ListHostedZonesByName', 'route53:GetHostedZone', 'route53:ListResourceRecordSets'],
  title: ({ record, set }) => `find where ${plainName(record)}${set === undefined ? '' : ` (${set})`} leads`,
  run: async ({ record, zone: asked, set: askedSet }, c) => {
    refuseOdd(record)
    const zone = await zoneOf(c, record, asked)
    await refuseDelegated(c, record, zone)
    const all = await readRecordSets(c, zone.id, record)
    const set = meantSet(plainName(record), all, askedSet)
    const sets = ofSet(all, set)
    const target = targetOf(plainName(record), zone, sets)
    if (sets.length === 0) {
      const text = [`! ${plainName(record)} has no record yet in the hosted zone ${zone.id}`]
      c.emit({ kind: 'record.missing', data: { record, zone: zone.id }, text })
    }
    return {
      name: plainName(record),
      zoneId: zone.id,
      nameServers: [...zone.nameServers],
      sets,
      ...(set !== undefined && { set }),
      ...(target && { target }),
    }
  },
})

function refuseOdd(record: string): void {
  if (isRecordName(record)) return
  throw new ViridianError('E_RECORD_NAME', `"${record}" cannot be the name of a record`, {
    hint: 'name it as users ask for it: --record www.example.com (other alphabets as xn--…)',
  })
}

/** A record below a delegation is nobody's: what is written there is never seen. */
async function refuseDelegated(c: StepContext, record: string, zone: HostedZone): Promise<void> {
  const between = zonesAbove(record).filter((above) => above.length > zone.name.length)
  for (const name of between) {
    if (!(await isDelegated(c, zone.id, name))) continue
    throw new ViridianError(
      'E_ZONE_DELEGATED',
      `${plainName(name)} is delegated: the hosted zone ${zone.id} of ${plainName(zone.name)} leaves it to other name servers`,
      {
        hint: 'set AWS_PROFILE to the account that has its zone, or give that: names.find(t, record, { zone })',
        place: { call: 'route53:ListResourceRecordSets' },
      },
    )
  }
}

type Target = NonNullable<FoundRecord['target']>

/** @throws ViridianError `E_RECORD_UNSUPPORTED` */
function targetOf(name: string, zone: HostedZone, sets: readonly RecordSet[]): Target | undefined {
  const [first, ...others] = sets.map((set) => leadsTo(name, zone, set))
  if (first !== undefined && others.some(({ dnsName }) => dnsName !== first.dnsName)) {
    throw unsupported(
      `the A and the AAAA record of ${name} lead to different balancers`,
      'point both at one balancer first',
    )
  }
  return first
}

function leadsTo(name: string, zone: HostedZone, set: RecordSet): Target {
  const { Type, AliasTarget: alias, ResourceRecords = [] } = set
  const values = ResourceRecords.map(({ Value }) => Value)
  const [dnsName = ''] = alias ? [alias.DNSName] : values
  if (alias ? alias.HostedZoneId === zone.id : Type === 'CNAME' && zonesAbove(dnsName).includes(zone.name)) {
    throw unsupported(
      `${name} is ${alias ? 'an alias of' : 'a CNAME to'} another record, ${plainName(dnsName)}`,
      `switch that one: name ${plainName(dnsName)}`,
    )
  }
  if (!alias && Type !== 'CNAME') {
    throw unsupported(
      `the ${Type} record of ${name} holds addresses (${values.join(', ')})`,
      `make it an alias of the load balancer that it is about`,
    )
  }
  if (!isBalancerDnsName(dnsName)) {
    throw unsupported(
      `${name} leads to ${plainName(dnsName)}, which is no load balancer`,
      'only a name that leads to an Elastic Load Balancer can be switched to another one',
    )
  }
  return { dnsName: balancerDnsName(dnsName), ...(alias && { zoneId: alias.HostedZoneId }) }
}
