import { isDeepStrictEqual } from 'node:util'
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { z } from '@viridian/core/zod'
import { aliasName, canonicalName, isDualstack, plainName } from './domain-name.ts'

/** A record set as Route 53 gives and takes it: the only one of its name and type, or a weighted one of several. */
export const RecordSet = z.strictObject({
  Name: z.string(),
  Type: z.enum(['A', 'AAAA', 'CNAME']),
  TTL: z.int().optional(),
  ResourceRecords: z.array(z.strictObject({ Value: z.string() })).optional(),
  AliasTarget: z
    .strictObject({ HostedZoneId: z.string(), DNSName: z.string(), EvaluateTargetHealth: z.boolean() })
    .optional(),
  HealthCheckId: z.string().optional(),
  /** What tells a weighted one from the others of its name. */
  SetIdentifier: z.string().optional(),
  /** From 0 to 255. */
  Weight: z.int().optional(),
})

export type RecordSet = z.infer<typeof RecordSet>

/** By what else than its name and weight a record set answers. */
export const routing = {
  Region: 'routed by latency',
  Failover: 'a failover record',
  GeoLocation: 'routed by place',
  GeoProximityLocation: 'routed by distance',
  CidrRoutingConfig: 'routed by network',
  MultiValueAnswer: 'one of several answers',
  TrafficPolicyInstanceId: "a traffic policy's",
} as const satisfies Record<Exclude<keyof ResourceRecordSet, keyof RecordSet>, string>

/** What a name is pointed at. */
export interface Target {
  readonly dnsName: string
  /** The hosted zone of the balancer's own name. */
  readonly zoneId: string
}

/** Of all record sets of a name those that are meant: of weighted ones those of one set identifier. */
export const ofSet = <Set extends { readonly SetIdentifier?: unknown }>(
  sets: readonly Set[],
  identifier: string | undefined,
): Set[] => sets.filter(({ SetIdentifier }) => identifier === undefined || SetIdentifier === identifier)

/**
 * Record sets of one name as they are once it points at a balancer: an alias for each family of addresses that they had.
 * Beside other weighted CNAMEs a name can have no alias: such a one stays what it is.
 */
export function pointedAt(name: string, sets: readonly RecordSet[], target: Target): RecordSet[] {
  const ofType = (type: string): RecordSet | undefined => sets.find(({ Type }) => Type === type)
  const other = ofType('CNAME')
  const withIpv6 = (set: RecordSet | undefined): boolean => set !== undefined && isDualstack(targetName(set))
  const dnsName = (set: RecordSet | undefined): string => aliasName(target.dnsName, withIpv6(set))
  if (other?.SetIdentifier !== undefined)
    return [{ ...other, ResourceRecords: [{ Value: plainName(dnsName(other)) }] }]
  const alias = (Type: 'A' | 'AAAA'): RecordSet => {
    const old = ofType(Type) ?? other
    return {
      Name: canonicalName(name),
      Type,
      AliasTarget: {
        HostedZoneId: target.zoneId,
        DNSName: dnsName(old),
        EvaluateTargetHealth: old?.AliasTarget?.EvaluateTargetHealth ?? false,
      },
      ...(old?.HealthCheckId !== undefined && { HealthCheckId: old.HealthCheckId }),
      ...(old?.SetIdentifier !== undefined && { SetIdentifier: old.SetIdentifier, Weight: old.Weight }),
    }
  }
  // A CNAME to a dualstack name answers for both families.
  const both = ofType('AAAA') !== undefined || withIpv6(other)
  return [...(ofType('A') || !ofType('AAAA') ? [alias('A')] : []), ...(both ? [alias('AAAA')] : [])]
}

/** The DNS name that a record set leads to, of several values the first one. */
export const targetName = ({ AliasTarget, ResourceRecords = [] }: RecordSet): string =>
  AliasTarget?.DNSName ?? ResourceRecords[0]?.Value ?? ''

/** Whether two lists hold the same record sets, whatever their order and the case of their names. */
export const sameSets = (some: readonly RecordSet[], others: readonly RecordSet[]): boolean =>
  isDeepStrictEqual(settled(some), settled(others))

const settled = (sets: readonly RecordSet[]): unknown[] =>
  sets
    .map(({ AliasTarget, ResourceRecords, ...set }) => ({
      ...set,
      Name: canonicalName(set.Name),
      ...(AliasTarget && { AliasTarget: { ...AliasTarget, DNSName: canonicalName(AliasTarget.DNSName) } }),
      ...(ResourceRecords && { values: ResourceRecords.map(({ Value }) => canonicalName(Value)).sort() }),
    }))
    .sort((one, other) => (one.Type < other.Type ? -1 : 1))

/** The changes that make `wanted` of `present`, in the order that Route 53 accepts; none for what is there already. */
export function changesTo(
  wanted: readonly RecordSet[],
  present: readonly RecordSet[],
): { Action: 'DELETE' | 'UPSERT'; ResourceRecordSet: RecordSet }[] {
  const gone = present.filter(({ Type }) => !wanted.some((set) => set.Type === Type))
  return [
    ...gone.map((ResourceRecordSet) => ({ Action: 'DELETE' as const, ResourceRecordSet })),
    ...wanted.map((ResourceRecordSet) => ({ Action: 'UPSERT' as const, ResourceRecordSet })),
  ]
}

/** The record sets in a few words: `A → web-1.eu-west-1.elb.amazonaws.com`. */
export const shownSets = (sets: readonly RecordSet[]): string =>
  sets.length === 0
    ? 'no record'
    : sets
        .map(({ Type, AliasTarget, ResourceRecords = [], SetIdentifier, Weight }) => {
          const values = AliasTarget ? [AliasTarget.DNSName] : ResourceRecords.map(({ Value }) => Value)
          return `${Type}${SetIdentifier === undefined ? '' : ` ${SetIdentifier} (weight ${Weight})`} → ${values.join(', ').replace(/\.$/, '')}`
        })
        .join(', ')
