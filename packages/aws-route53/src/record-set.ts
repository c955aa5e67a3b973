import { isDeepStrictEqual } from 'node:util'
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { z } from '@viridian/core/zod'
import { aliasName, canonicalName, isDualstack } from './domain-name.ts'

/** A record set as Route 53 gives and takes it: one that is asked for by name alone. */
export const RecordSet = z.strictObject({
  Name: z.string(),
  Type: z.enum(['A', 'AAAA', 'CNAME']),
  TTL: z.int().optional(),
  ResourceRecords: z.array(z.strictObject({ Value: z.string() })).optional(),
  AliasTarget: z
    .strictObject({ HostedZoneId: z.string(), DNSName: z.string(), EvaluateTargetHealth: z.boolean() })
    .optional(),
  HealthCheckId: z.string().optional(),
})

export type RecordSet = z.infer<typeof RecordSet>

/** By what else than its name a record set answers; a set with one of these is one of several. */
export const routing = {
  Weight: 'weighted',
  Region: 'routed by latency',
  Failover: 'a failover record',
  GeoLocation: 'routed by place',
  GeoProximityLocation: 'routed by distance',
  CidrRoutingConfig: 'routed by network',
  MultiValueAnswer: 'one of several answers',
  SetIdentifier: 'one of several record sets',
  TrafficPolicyInstanceId: "a traffic policy's",
} as const satisfies Record<Exclude<keyof ResourceRecordSet, keyof RecordSet>, string>

/** What a name is pointed at. */
export interface Target {
  readonly dnsName: string
  /** The hosted zone of the balancer's own name. */
  readonly zoneId: string
}

/** Record sets of one name as they are once it points at a balancer: an alias for each family of addresses that they had. */
export function pointedAt(name: string, sets: readonly RecordSet[], target: Target): RecordSet[] {
  const ofType = (type: string): RecordSet | undefined => sets.find(({ Type }) => Type === type)
  const other = ofType('CNAME')
  const withIpv6 = (set: RecordSet | undefined): boolean =>
    isDualstack(set?.AliasTarget?.DNSName ?? set?.ResourceRecords?.[0]?.Value ?? '')
  const alias = (Type: 'A' | 'AAAA'): RecordSet => {
    const old = ofType(Type) ?? other
    return {
      Name: canonicalName(name),
      Type,
      AliasTarget: {
        HostedZoneId: target.zoneId,
        DNSName: aliasName(target.dnsName, withIpv6(old)),
        EvaluateTargetHealth: old?.AliasTarget?.EvaluateTargetHealth ?? false,
      },
      ...(old?.HealthCheckId !== undefined && { HealthCheckId: old.HealthCheckId }),
    }
  }
  // A CNAME to a dualstack name answers for both families.
  const both = ofType('AAAA') !== undefined || withIpv6(other)
  return [...(ofType('A') || !ofType('AAAA') ? [alias('A')] : []), ...(both ? [alias('AAAA')] : [])]
}

/** Whether two lists hold the same record sets, whatever their order and the case of their names. */
export const sameSets = (some: readonly RecordSet[], others: readonly RecordSet[]): boolean =>
  isDeepStrictEqual(settled(some), settled(others))

const settled = (sets: readonly RecordSet[]): unknown[] =>
  sets
    .map(({ AliasTarget, ResourceRecords, ...set }) => ({
      ...set,
      Name: canonicalName(set.Name),
      ...(AliasTarget && { AliasTarget: { ...AliasTarget, DNSName: canonicalName(AliasTarget.DNSName) } }),
      ...(ResourceRecords && { values: ResourceRecords.map(({ Value }) => Value).sort() }),
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
        .map(({ Type, AliasTarget, ResourceRecords = [] }) => {
          const values = AliasTarget ? [AliasTarget.DNSName] : ResourceRecords.map(({ Value }) => Value)
          return `${Type} → ${values.join(', ').replace(/\.$/, '')}`
        })
        .join(', ')
