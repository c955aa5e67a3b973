import type { CreateHostedZoneRequest, HostedZone } from '@aws-sdk/client-route-53'
import { dictionary } from '../../dictionary.ts'
import { AwsError } from '../../service.ts'
import { required } from '../constraint.ts'
import { canonicalName, checkDomainName, compareNames } from './domain-name.ts'
import { apexRecords, nameServers, newId, type Zone } from './hosted-zone.ts'
import type { Route53Handlers, ZoneBook } from './zone-book.ts'

const delegationSet = { NameServers: nameServers }

/** The operations on hosted zones. */
export function zoneHandlers(book: ZoneBook): Route53Handlers {
  return {
    CreateHostedZone(input) {
      const zone = newZone(input, book)
      const change = book.add(zone)
      return {
        HostedZone: describeZone(zone),
        ChangeInfo: change,
        DelegationSet: delegationSet,
        Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
      }
    },
    GetHostedZone(input) {
      return { HostedZone: describeZone(book.find(input.Id)), DelegationSet: delegationSet, VPCs: [] }
    },
    DeleteHostedZone(input) {
      const zone = book.find(input.Id)
      if (zone.records.length > apexRecords(zone.name).length) {
        throw new AwsError(
          'HostedZoneNotEmpty',
          'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
        )
      }
      return { ChangeInfo: book.remove(zone) }
    },
    ListHostedZones(input) {
      const limit = maxItems(input.MaxItems)
      const zones = book.all().sort((one, other) => (one.id < other.id ? -1 : 1))
      const marker = input.Marker
      const rest = marker === undefined ? zones : zones.filter(({ id }) => id >= marker)
      const next = rest[limit]
      return {
        HostedZones: rest.slice(0, limit).map(describeZone),
        Marker: marker ?? '',
        IsTruncated: next !== undefined,
        ...(next === undefined ? {} : { NextMarker: next.id }),
        MaxItems: limit,
      }
    },
    GetHostedZoneCount: () => ({ HostedZoneCount: book.all().length }),
    ListHostedZonesByName(input) {
      const limit = maxItems(input.MaxItems)
      const first = input.DNSName === undefined ? undefined : canonicalName(input.DNSName)
      const firstId = input.HostedZoneId?.replace(/^\/?hostedzone\//, '')
      const rest = book.all().filter(({ name, id }) => {
        if (first === undefined) return true
        const order = compareNames(name, first)
        return order > 0 || (order === 0 && (firstId === undefined || id >= firstId))
      })
      const next = rest[limit]
      return {
        HostedZones: rest.slice(0, limit).map(describeZone),
        ...(input.DNSName === undefined ? {} : { DNSName: input.DNSName }),
        ...(input.HostedZoneId === undefined ? {} : { HostedZoneId: input.HostedZoneId }),
        IsTruncated: next !== undefined,
        ...(next === undefined ? {} : { NextDNSName: next.name, NextHostedZoneId: next.id }),
        MaxItems: limit,
      }
    },
  }
}

/** The size of a page: 100 at most, whatever is asked for. */
export function maxItems(asked: number | undefined): number {
  const limit = Number(asked ?? 100)
  if (!Number.isInteger(limit) || limit < 1) {
    throw new AwsError('InvalidInput', `Invalid request: MaxItems ${asked} must be a number from 1 to 100`)
  }
  return Math.min(limit, 100)
}

function newZone(input: CreateHostedZoneRequest, book: ZoneBook): Zone {
  const given = required(input.Name, 'name')
  checkDomainName(given)
  const name = canonicalName(given)
  const callerReference = required(input.CallerReference, 'callerReference')
  if (book.all().some((zone) => zone.callerReference === callerReference)) {
    throw new AwsError(
      'HostedZoneAlreadyExists',
      `A hosted zone has already been created with the specified caller reference: ${callerReference}`,
      409,
    )
  }
  const comment = input.HostedZoneConfig?.Comment
  return {
    id: newId('Z'),
    name,
    callerReference,
    ...(comment === undefined ? {} : { comment }),
    privateZone: input.VPC !== undefined,
    records: apexRecords(name),
    served: [],
    tags: dictionary(),
  }
}

function describeZone(zone: Zone): HostedZone {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: zone.name,
    CallerReference: zone.callerReference,
    Config: {
      PrivateZone: zone.privateZone,
      ...(zone.comment === undefined ? {} : { Comment: zone.comment }),
    },
    ResourceRecordSetCount: zone.records.length,
  }
}
