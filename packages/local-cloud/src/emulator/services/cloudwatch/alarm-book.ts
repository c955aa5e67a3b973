import type { HistoryItemType, StateValue } from '@aws-sdk/client-cloudwatch'
import type { Clock } from '../../clock.ts'
import { AwsError, type Handlers } from '../../service.ts'
import type { Store } from '../../store.ts'
import type { Alarm, AlarmSettings } from './alarm.ts'

/** The handlers of the CloudWatch API. */
export type CloudWatchHandlers = Handlers<typeof import('@aws-sdk/client-cloudwatch')>

/** Where the alarms are, and what they stand on. */
export interface CloudWatchParts {
  readonly store: Store
  readonly clock: Clock
  readonly region: string
  /** Twelve digits. */
  readonly account: string
}

/** Something that happened to an alarm, as the store keeps it. */
export interface HistoryItem {
  readonly alarm: string
  /** ISO 8601. */
  readonly at: string
  readonly type: HistoryItemType
  readonly summary: string
  readonly data: object
}

interface Slice {
  readonly alarms: Record<string, Alarm>
  readonly history: HistoryItem[]
}

/** So much is remembered of all alarms together: a cloud may run for weeks. */
const capacity = 1000

/** The alarms on record, and what happened to them. */
export class AlarmBook {
  readonly #parts: CloudWatchParts
  readonly #slice: Slice
  readonly #alarms: Map<string, Alarm>

  constructor(parts: CloudWatchParts) {
    this.#parts = parts
    this.#slice = parts.store.slice<Slice>('cloudwatch-alarms', () => ({ alarms: {}, history: [] }))
    this.#alarms = new Map(Object.entries(this.#slice.alarms))
  }

  /** By name. */
  all(): Alarm[] {
    return [...this.#alarms.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  get(name: string): Alarm | undefined {
    return this.#alarms.get(name)
  }

  /** @throws AwsError `ResourceNotFound`. */
  find(name: string): Alarm {
    const found = this.get(name)
    if (found === undefined) throw new AwsError('ResourceNotFound', `There is no alarm named '${name}'.`, 404)
    return found
  }

  /** @throws AwsError `ResourceNotFound`. */
  findByArn(arn: string): Alarm {
    const found = this.all().find((alarm) => alarm.arn === arn)
    if (found === undefined) throw new AwsError('ResourceNotFoundException', `There is no alarm ${arn}.`, 404)
    return found
  }

  /** Makes an alarm, or gives one other settings; what state it is in stays. */
  put(name: string, settings: AlarmSettings, tags: Readonly<Record<string, string>> = {}): Alarm {
    const present = this.get(name)
    const alarm = present ?? this.#create(name, settings, tags)
    const changed = { settings, configured: this.#now() }
    Object.assign(alarm, changed)
    this.#alarms.set(name, alarm)
    this.#slice.alarms[name] = alarm
    const done = present === undefined ? 'created' : 'updated'
    this.note(alarm, 'ConfigurationUpdate', `Alarm "${name}" ${done}`, {
      type: present === undefined ? 'Create' : 'Update',
      version: '1.0',
    })
    return alarm
  }

  remove(alarm: Alarm): void {
    this.#alarms.delete(alarm.name)
    delete this.#slice.alarms[alarm.name]
    const data = { type: 'Delete', version: '1.0' }
    this.note(alarm, 'ConfigurationUpdate', `Alarm "${alarm.name}" deleted`, data)
  }

  /** Puts an alarm into a state; true: it is another one. */
  enter(alarm: Alarm, state: StateValue, reason: string, reasonData: string | undefined): boolean {
    const before = alarm.state
    Object.assign(alarm, { state, reason, stateUpdated: this.#now() })
    delete alarm.reasonData
    if (reasonData !== undefined) alarm.reasonData = reasonData
    this.save()
    if (before === state) return false
    alarm.stateChanged = alarm.stateUpdated
    this.note(alarm, 'StateUpdate', `Alarm updated from ${before} to ${state}`, {
      version: '1.0',
      oldState: { stateValue: before },
      newState: { stateValue: state, stateReason: reason },
    })
    return true
  }

  /** Notes what happened to an alarm. */
  note({ name }: Alarm, type: HistoryItemType, summary: string, data: object): void {
    const { history } = this.#slice
    history.push({ alarm: name, at: this.#now(), type, summary, data })
    if (history.length > capacity) history.shift()
    this.save()
  }

  /** The newest first. */
  history(): HistoryItem[] {
    return this.#slice.history.toReversed()
  }

  save(): void {
    this.#parts.store.save()
  }

  #create(name: string, settings: AlarmSettings, tags: Readonly<Record<string, string>>): Alarm {
    const now = this.#now()
    const { region, account } = this.#parts
    return {
      name,
      arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`,
      settings,
      configured: now,
      state: 'INSUFFICIENT_DATA',
      reason: 'Unchecked: Initial alarm creation',
      stateUpdated: now,
      stateChanged: now,
      tags: { ...tags },
    }
  }

  #now(): string {
    return this.#parts.clock.now().toISOString()
  }
}
