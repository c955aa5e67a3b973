import { setMaxListeners } from 'node:events'
import type { ChangeInfo } from '@aws-sdk/client-route-53'
import type { Clock } from '../../clock.ts'
import type { Handlers } from '../../service.ts'
import { AwsError } from '../../service.ts'
import type { Store } from '../../store.ts'
import { required } from '../constraint.ts'
import { compareNames, compareText } from './domain-name.ts'
import { newId, type RecordSet, type Zone } from './hosted-zone.ts'

/** The handlers of the Route 53 API. */
export type Route53Handlers = Handlers<typeof import('@aws-sdk/client-route-53')>

/** A change as the store keeps it. */
interface ChangeRecord {
  readonly id: string
  readonly zoneId: string
  readonly submitted: string
  readonly comment?: string
  /** What the zone serves once the change is in sync; absent when it is, or when nothing changes. */
  result?: RecordSet[]
  inSync: boolean
}

/** So many changes are remembered: a cloud may run for weeks. */
const capacity = 1000

interface Slice {
  readonly zones: Record<string, Zone>
  readonly changes: Record<string, ChangeRecord>
}

export interface ZoneBookParts {
  readonly store: Store
  readonly clock: Clock
  /** AWS seconds from a change to INSYNC. @default 30 */
  readonly syncLatency?: number
}

/** The hosted zones on record, and the changes on their way to the name server. */
export class ZoneBook {
  readonly #store: Store
  readonly #clock: Clock
  readonly #latency: number
  readonly #slice: Slice
  readonly #closed = new AbortController()

  constructor(parts: ZoneBookParts) {
    this.#store = parts.store
    this.#clock = parts.clock
    this.#latency = parts.syncLatency ?? 30
    // Every change on its way listens to it, however many there are.
    setMaxListeners(0, this.#closed.signal)
    this.#slice = parts.store.slice<Slice>('route53', () => ({ zones: {}, changes: {} }))
    // An earlier cloud process may have ended with changes on their way.
    for (const change of Object.values(this.#slice.changes)) if (!change.inSync) this.#settleLater(change)
  }

  /** All zones, as ListHostedZonesByName orders them. */
  all(): Zone[] {
    return Object.values(this.#slice.zones).sort(
      (one, other) => compareNames(one.name, other.name) || compareText(one.id, other.id),
    )
  }

  /** @throws AwsError `NoSuchHostedZone`. */
  find(id: string | undefined): Zone {
    const bare = required(id, 'id').replace(/^\/?hostedzone\//, '')
    const found = Object.hasOwn(this.#slice.zones, bare) ? this.#slice.zones[bare] : undefined
    if (found === undefined) {
      throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${bare}`, 404)
    }
    return found
  }

  add(zone: Zone): ChangeInfo {
    this.#slice.zones[zone.id] = zone
    return this.#record(zone, zone.records)
  }

  remove(zone: Zone): ChangeInfo {
    delete this.#slice.zones[zone.id]
    return this.#record(zone)
  }

  /** Puts new records in a zone; the name server serves them once the change is in sync. */
  change(zone: Zone, records: RecordSet[], comment?: string): ChangeInfo {
    zone.records = records
    return this.#record(zone, records, comment)
  }

  /** @throws AwsError `NoSuchChange`. */
  findChange(id: string | undefined): ChangeInfo {
    const bare = required(id, 'id').replace(/^\/?change\//, '')
    const found = Object.hasOwn(this.#slice.changes, bare) ? this.#slice.changes[bare] : undefined
    if (found === undefined) {
      throw new AwsError('NoSuchChange', `A change with the specified change ID does not exist: ${bare}`, 404)
    }
    return infoOf(found)
  }

  save(): void {
    this.#store.save()
  }

  /** Stops the changes on their way; the next process takes them up. */
  close(): void {
    this.#closed.abort(new Error('the cloud closes'))
  }

  #record(zone: Zone, result?: RecordSet[], comment?: string): ChangeInfo {
    const change: ChangeRecord = {
      id: newId('C'),
      zoneId: zone.id,
      submitted: this.#clock.now().toISOString(),
      ...(comment === undefined ? {} : { comment }),
      ...(result === undefined ? {} : { result: [...result] }),
      inSync: false,
    }
    this.#slice.changes[change.id] = change
    this.#forget()
    this.#settleLater(change)
    this.save()
    return infoOf(change)
  }

  /** Those that are in sync; the oldest go first. */
  #forget(): void {
    const { changes } = this.#slice
    const all = Object.values(changes)
    for (const { id, inSync } of all.slice(0, Math.max(0, all.length - capacity)))
      if (inSync) delete changes[id]
  }

  #settleLater(change: ChangeRecord): void {
    this.#clock.sleep(this.#latency, this.#closed.signal).then(
      () => this.#settle(change),
      // The only rejection is the closing of the cloud.
      () => undefined,
    )
  }

  #settle(change: ChangeRecord): void {
    const zone = this.#slice.zones[change.zoneId]
    if (zone !== undefined && change.result !== undefined) zone.served = change.result
    delete change.result
    change.inSync = true
    this.save()
  }
}

function infoOf(change: ChangeRecord): ChangeInfo {
  return {
    Id: `/change/${change.id}`,
    Status: change.inSync ? 'INSYNC' : 'PENDING',
    SubmittedAt: new Date(change.submitted),
    ...(change.comment === undefined ? {} : { Comment: change.comment }),
  }
}
