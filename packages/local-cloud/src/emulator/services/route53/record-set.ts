import type { ResourceRecordSet, RRType } from '@aws-sdk/client-route-53'
import { sdk } from '../../sdk.ts'
import { AwsError } from '../../service.ts'
import { canonicalName, compareNames, compareText } from './domain-name.ts'
import type { RecordSet } from './hosted-zone.ts'

const longestTtl = 2_147_483_647

const recordTypes = Object.values(sdk.route53.RRType)

/**
 * Reads a record set from a request.
 *
 * @throws AwsError `InvalidInput` when it has neither an alias target nor TTL and values.
 */
export function readRecordSet(wire: ResourceRecordSet, action: string): RecordSet {
  const { Name: name, Type: type, AliasTarget: alias, ...rest } = wire
  const Type = readType(type)
  const Name = canonicalName(name ?? '')
  const values = rest.ResourceRecords?.length ?? 0
  const forms = [alias !== undefined, rest.TTL !== undefined && values > 0].filter(Boolean).length
  if (forms !== 1 || (alias !== undefined && (rest.TTL !== undefined || values > 0))) {
    const found = alias === undefined ? 'none' : 'more than one'
    const where = `[Action=${action}, Name=${Name}, Type=${Type}, SetIdentifier=${rest.SetIdentifier ?? null}]`
    throw invalidInput(
      `Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found ${found} in Change with ${where}`,
    )
  }
  if (rest.TTL !== undefined && (rest.TTL < 0 || rest.TTL > longestTtl)) {
    throw invalidInput(`TTL ${rest.TTL} must be between 0 and ${longestTtl}`)
  }
  if (rest.Weight !== undefined && (rest.Weight < 0 || rest.Weight > 255)) {
    throw invalidInput(`Weight ${rest.Weight} must be between 0 and 255`)
  }
  const routing = routingOf(wire)
  if (routing !== undefined && rest.SetIdentifier === undefined) {
    throw invalidInput(
      `Missing field 'SetIdentifier' in Change with [Action=${action}, Name=${Name}, Type=${Type}]`,
    )
  }
  if (routing === undefined && rest.SetIdentifier !== undefined) {
    throw invalidInput(
      `Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig], but found none in Change with [Action=${action}, Name=${Name}, Type=${Type}, SetIdentifier=${rest.SetIdentifier}]`,
    )
  }
  if (alias === undefined) return { ...rest, Name, Type }
  const { ResourceRecords: _none, ...aliased } = rest
  return {
    ...aliased,
    Name,
    Type,
    AliasTarget: { ...alias, DNSName: canonicalName(alias.DNSName ?? '') },
  }
}

/** Whether two record sets are the same one: by name, type and set identifier. */
export function isSameSet(one: RecordSet, other: RecordSet): boolean {
  return isSameName(one, other) && one.SetIdentifier === other.SetIdentifier
}

export function isSameName(one: RecordSet, other: RecordSet): boolean {
  return one.Name === other.Name && one.Type === other.Type
}

/** Whether two record sets that are the same one also say the same. */
export function hasSameValues(one: RecordSet, other: RecordSet): boolean {
  const valuesOf = (set: RecordSet): string =>
    (set.ResourceRecords ?? [])
      .map(({ Value }) => Value ?? '')
      .sort()
      .join('\n')
  return (
    valuesOf(one) === valuesOf(other) &&
    one.TTL === other.TTL &&
    one.Weight === other.Weight &&
    one.AliasTarget?.DNSName === other.AliasTarget?.DNSName &&
    one.AliasTarget?.HostedZoneId === other.AliasTarget?.HostedZoneId &&
    one.AliasTarget?.EvaluateTargetHealth === other.AliasTarget?.EvaluateTargetHealth
  )
}

/** How error messages name a record set. */
export function nameOf(set: RecordSet): string {
  const identifier = set.SetIdentifier === undefined ? '' : `, set-identifier='${set.SetIdentifier}'`
  return `[name='${set.Name}', type='${set.Type}'${identifier}]`
}

/** What names a record set. */
export interface SetKey {
  readonly Name: string
  readonly Type: string
  readonly SetIdentifier?: string | undefined
}

/** The order of ListResourceRecordSets: reversed name, type, set identifier. */
export function compareSets(one: SetKey, other: SetKey): number {
  return (
    compareNames(one.Name, other.Name) ||
    compareText(one.Type, other.Type) ||
    compareText(one.SetIdentifier ?? '', other.SetIdentifier ?? '')
  )
}

function readType(type: string | undefined): RRType {
  const found = recordTypes.find((known) => known === type)
  if (found === undefined) throw invalidInput(`${type} is not a record type`)
  return found
}

/** By what a set of several is chosen, in the words of AWS's messages; undefined for a simple one. */
export function routingOf(set: Omit<ResourceRecordSet, 'Name' | 'Type'>): string | undefined {
  if (set.Weight !== undefined) return 'weighted'
  if (set.Region !== undefined) return 'latency'
  if (set.Failover !== undefined) return 'failover'
  if (set.GeoLocation !== undefined) return 'geolocation'
  if (set.GeoProximityLocation !== undefined) return 'geoproximity'
  if (set.CidrRoutingConfig !== undefined) return 'cidr'
  return set.MultiValueAnswer === true ? 'multivalue answer' : undefined
}

function invalidInput(message: string): AwsError {
  return new AwsError('InvalidInput', `Invalid request: ${message}`)
}
