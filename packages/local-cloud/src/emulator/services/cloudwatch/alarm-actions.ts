import { type Alarm, actionLists } from './alarm.ts'
import type { AlarmBook } from './alarm-book.ts'
import type { MetricBook } from './metric-book.ts'
import { mergePoints, statisticOf } from './statistics.ts'

/** What an alarm asks for when it comes into a state. */
export interface AlarmAction {
  /** What is to be done: the ARN of a scaling policy, for one. */
  readonly arn: string
  readonly alarm: string
  readonly state: string
  /** By how much the metric is beyond the alarm's threshold (below it: negative), where that is known. */
  readonly breach?: number
}

/** Performs an action; false: it is none that the performer knows. */
export type PerformAction = (action: AlarmAction) => boolean

/** Does what alarms ask for: what another service of the cloud performs, and nothing else. */
export class AlarmActions {
  readonly #book: AlarmBook
  readonly #metrics: MetricBook
  #perform: PerformAction = () => false

  constructor(book: AlarmBook, metrics: MetricBook) {
    this.#book = book
    this.#metrics = metrics
  }

  performBy(perform: PerformAction): void {
    this.#perform = perform
  }

  /** Performs the actions of the state that an alarm is in, if its actions are on. */
  run(alarm: Alarm): void {
    if (alarm.settings.ActionsEnabled === false) return
    const breach = this.#breachOf(alarm)
    for (const arn of alarm.settings[actionLists[alarm.state]] ?? []) {
      const action = {
        arn,
        alarm: alarm.name,
        state: alarm.state,
        ...(breach === undefined ? {} : { breach }),
      }
      const done = this.#perform(action)
      const summary = done
        ? `Successfully executed action ${arn}`
        : `Failed to execute action ${arn}: the local cloud performs scaling policies alone`
      this.#book.note(alarm, 'Action', summary, { actionState: done ? 'Succeeded' : 'Failed' })
    }
  }

  /** The reason's own datapoint tells by how much; else the metric's newest one, if it really is beyond. */
  #breachOf(alarm: Alarm): number | undefined {
    const { Threshold: threshold } = alarm.settings
    if (threshold === undefined) return undefined
    const stated = recentDatapoint(alarm.reasonData)
    if (stated !== undefined) return stated - threshold
    const measured = this.#newest(alarm)
    if (measured === undefined || !breaches(measured, alarm)) return undefined
    return measured - threshold
  }

  #newest({ settings }: Alarm): number | undefined {
    const { Namespace, MetricName, Dimensions = [], Period: period = 60, Statistic = 'Average' } = settings
    if (Namespace === undefined || MetricName === undefined) return undefined
    const points = this.#metrics.points(Namespace, MetricName, Dimensions, settings.Unit)
    const last = points.at(-1)?.at
    if (last === undefined) return undefined
    return statisticOf(mergePoints(points.filter(({ at }) => at > last - period)), Statistic)
  }
}

function breaches(value: number, { settings }: Alarm): boolean {
  const { ComparisonOperator: operator = '', Threshold: threshold = 0 } = settings
  return operator.startsWith('Greater') ? value >= threshold : value <= threshold
}

/** The newest of `recentDatapoints`, as CloudWatch's own reasons have them. */
function recentDatapoint(reasonData: string | undefined): number | undefined {
  if (reasonData === undefined) return undefined
  const data: unknown = JSON.parse(reasonData)
  if (typeof data !== 'object' || data === null || !('recentDatapoints' in data)) return undefined
  const points: unknown = data.recentDatapoints
  const last: unknown = Array.isArray(points) ? points.at(-1) : undefined
  return typeof last === 'number' ? last : undefined
}
