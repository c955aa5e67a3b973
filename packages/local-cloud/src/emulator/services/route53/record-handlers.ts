import { AwsError } from '../../service.ts'
import { required } from '../constraint.ts'
import type { Traffic } from '../elb/traffic.ts'
import { applyBatch, type BatchContext } from './change-batch.ts'
import { canonicalName, isWithin } from './domain-name.ts'
import type { RecordSet, Zone } from './hosted-zone.ts'
import { compareSets } from './record-set.ts'
import type { Route53Handlers, ZoneBook } from './zone-book.ts'
import { maxItems } from './zone-handlers.ts'

/** The operations on record sets, and on the changes that they make. */
export function recordHandlers(book: ZoneBook, traffic: Traffic): Route53Handlers {
  return {
    ChangeResourceRecordSets(input) {
      const zone = book.find(input.HostedZoneId)
      const batch = required(input.ChangeBatch, 'changeBatch')
      const changes = batch.Changes ?? []
      if (changes.length === 0) {
        throw new AwsError(
          'InvalidInput',
          'Invalid request: Expected at least one change in the change batch',
        )
      }
      const records = applyBatch(zone.records, changes, contextOf(zone, traffic))
      return { ChangeInfo: book.change(zone, records, batch.Comment) }
    },
    ListResourceRecordSets(input) {
      const zone = book.find(input.HostedZoneId)
      const limit = maxItems(input.MaxItems)
      const rest = from(
        zone.records,
        input.StartRecordName,
        input.StartRecordType,
        input.StartRecordIdentifier,
      )
      const next = rest[limit]
      return {
        ResourceRecordSets: rest.slice(0, limit),
        IsTruncated: next !== undefined,
        ...(next === undefined ? {} : { NextRecordName: next.Name, NextRecordType: next.Type }),
        ...(next?.SetIdentifier === undefined ? {} : { NextRecordIdentifier: next.SetIdentifier }),
        MaxItems: limit,
      }
    },
    GetChange(input) {
      return { ChangeInfo: book.findChange(input.Id) }
    },
  }
}

function from(
  records: readonly RecordSet[],
  name: string | undefined,
  type: string | undefined,
  identifier: string | undefined,
): RecordSet[] {
  if (type !== undefined && name === undefined) {
    throw new AwsError('InvalidInput', 'The input is not valid: StartRecordType needs StartRecordName')
  }
  const sorted = [...records].sort(compareSets)
  if (name === undefined) return sorted
  const start = {
    Name: canonicalName(name),
    Type: type ?? '',
    ...(identifier === undefined ? {} : { SetIdentifier: identifier }),
  }
  return sorted.filter((record) => compareSets(record, start) >= 0)
}

function contextOf(zone: Zone, traffic: Traffic): BatchContext {
  return {
    zoneName: zone.name,
    aliasError(set, records) {
      const alias = set.AliasTarget
      if (alias === undefined) return undefined
      const target = alias.DNSName ?? ''
      const tried = `Tried to create an alias that targets ${target}, type ${set.Type} in zone ${alias.HostedZoneId}, but`
      if (alias.HostedZoneId === zone.id) {
        if (!isWithin(target, zone.name))
          return `${tried} the alias target name does not lie within the target zone`
        const found = records.some(({ Name, Type }) => Name === target && Type === set.Type)
        return found ? undefined : `${tried} that target was not found`
      }
      const balancer = traffic.byDnsName(target)
      if (balancer !== undefined && balancer.hostedZoneId !== alias.HostedZoneId) {
        return `${tried} the alias target name does not lie within the target zone`
      }
      const fits = balancer !== undefined && (set.Type === 'A' || set.Type === 'AAAA')
      return fits ? undefined : `${tried} that target was not found`
    },
  }
}
