import { sdk } from '../../sdk.ts'
import type { Service } from '../../service.ts'
import { AlarmActions } from './alarm-actions.ts'
import { AlarmBook, type CloudWatchParts } from './alarm-book.ts'
import { alarmHandlers } from './alarm-handlers.ts'
import { type Alarms, alarmsOf } from './alarms.ts'
import { BalancerMetrics, type BalancerMetricsParts } from './balancer-metrics.ts'
import { historyHandlers } from './history-handlers.ts'
import { MetricBook } from './metric-book.ts'
import { metricHandlers } from './metric-handlers.ts'
import { tagHandlers } from './tag-handlers.ts'

const client = sdk.cloudWatch

/** CloudWatch (API version 2010-08-01): the service, and what it offers to the others. */
export interface CloudWatch {
  readonly service: Service<typeof client>
  readonly alarms: Alarms
  /** Begins to publish what the load balancers count. */
  start(): void
  close(): void
}

export function cloudWatchService(parts: CloudWatchParts & Pick<BalancerMetricsParts, 'loads'>): CloudWatch {
  const { store, clock, loads, region } = parts
  const alarms = new AlarmBook(parts)
  const metrics = new MetricBook(store, clock)
  const actions = new AlarmActions(alarms, metrics)
  const publisher = new BalancerMetrics({ book: metrics, clock, loads })
  return {
    service: {
      signingName: 'monitoring',
      client,
      handlers: {
        ...alarmHandlers(alarms, actions, region),
        ...historyHandlers(alarms),
        ...metricHandlers(metrics),
        ...tagHandlers(alarms),
      },
    },
    alarms: alarmsOf(alarms, (perform) => actions.performBy(perform)),
    start: () => publisher.start(),
    close: () => publisher.close(),
  }
}
