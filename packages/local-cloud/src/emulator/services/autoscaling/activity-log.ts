import { randomUUID } from 'node:crypto'
import type { Activity } from '@aws-sdk/client-auto-scaling'
import type { Clock } from '../../clock.ts'

/** A scaling activity as the store keeps it: plain JSON. */
export interface ActivityRecord {
  readonly id: string
  readonly group: string
  readonly groupArn: string
  readonly description: string
  readonly cause: string
  readonly details: string
  readonly start: string
  end?: string
  status:
    | 'InProgress'
    | 'WaitingForELBConnectionDraining'
    | 'MidLifecycleAction'
    | 'Successful'
    | 'Failed'
    | 'Cancelled'
  message?: string
}

/** AWS seconds for which an activity is remembered, and how many are at most: a cloud may run for weeks. */
const memory = 6 * 7 * 24 * 3600
const capacity = 2000

/** The history of scaling activities. */
export class ActivityLog {
  readonly #records: ActivityRecord[]
  readonly #clock: Clock

  constructor(records: ActivityRecord[], clock: Clock) {
    this.#records = records
    this.#clock = clock
  }

  start(
    begun: Pick<ActivityRecord, 'group' | 'groupArn' | 'description' | 'cause' | 'details'>,
  ): ActivityRecord {
    const record: ActivityRecord = {
      ...begun,
      id: randomUUID(),
      start: this.#clock.now().toISOString(),
      status: 'InProgress',
    }
    this.#records.push(record)
    this.#forget()
    return record
  }

  #forget(): void {
    const horizon = this.#clock.now().getTime() - this.#clock.milliseconds(memory)
    const old = this.#records.findIndex(({ start }) => Date.parse(start) >= horizon)
    this.#records.splice(0, Math.max(old, this.#records.length - capacity))
  }

  /** Ends the activity of this id, if it is still remembered. */
  end(id: string | undefined, status: 'Successful' | 'Failed' | 'Cancelled', message?: string): void {
    const record = this.find(id)
    if (record === undefined || record.end !== undefined) return
    record.status = status
    record.end = this.#clock.now().toISOString()
    if (message !== undefined) record.message = message
  }

  find(id: string | undefined): ActivityRecord | undefined {
    return this.#records.find((record) => record.id === id)
  }

  /** The newest first, those in progress before all. */
  all(): ActivityRecord[] {
    const newest = this.#records.toReversed()
    return [
      ...newest.filter(({ end }) => end === undefined),
      ...newest.filter(({ end }) => end !== undefined),
    ]
  }
}

export function describeActivity(record: ActivityRecord): Activity {
  const ended = record.end !== undefined
  return {
    ActivityId: record.id,
    AutoScalingGroupName: record.group,
    AutoScalingGroupARN: record.groupArn,
    Description:
      record.message === undefined
        ? record.description
        : `${record.description}.  Status Reason: ${record.message}`,
    Cause: record.cause,
    StartTime: new Date(record.start),
    ...(record.end === undefined ? {} : { EndTime: new Date(record.end) }),
    StatusCode: record.status,
    ...(record.message === undefined ? {} : { StatusMessage: record.message }),
    Progress: ended ? 100 : 50,
    Details: record.details,
  }
}

/** A time as the causes of activities have it: whole seconds, `2024-03-01T12:00:00Z`. */
export function awsTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}
