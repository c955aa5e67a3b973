import { randomInt } from 'node:crypto'
import type { ResourceRecordSet, RRType } from '@aws-sdk/client-route-53'

/** A hosted zone as the store keeps it: plain JSON. */
export interface Zone {
  readonly id: string
  /** Canonical. */
  readonly name: string
  readonly callerReference: string
  readonly comment?: string
  readonly privateZone: boolean
  /** What the API shows. */
  records: RecordSet[]
  /** What the name server answers: `records` as of the last change that is in sync. */
  served: RecordSet[]
  tags: Record<string, string>
}

/** A record set in the API's own form, its names canonical. */
export type RecordSet = Omit<ResourceRecordSet, 'Name' | 'Type'> & {
  readonly Name: string
  readonly Type: RRType
}

export const nameServers = [
  'ns-1.awsdns-01.com',
  'ns-513.awsdns-02.net',
  'ns-1025.awsdns-03.org',
  'ns-1537.awsdns-04.co.uk',
]

/** The records that every zone is born with. */
export function apexRecords(name: string): RecordSet[] {
  return [
    {
      Name: name,
      Type: 'NS',
      TTL: 172800,
      ResourceRecords: nameServers.map((server) => ({ Value: `${server}.` })),
    },
    {
      Name: name,
      Type: 'SOA',
      TTL: 900,
      ResourceRecords: [
        { Value: `${nameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400` },
      ],
    },
  ]
}

/** A new id of a zone (`Z…`) or a change (`C…`). */
export function newId(kind: 'Z' | 'C'): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
  return kind + Array.from({ length: 19 }, () => letters[randomInt(letters.length)]).join('')
}
