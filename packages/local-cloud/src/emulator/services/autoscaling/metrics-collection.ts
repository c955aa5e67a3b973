import { oneOf, required } from '../constraint.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'

const granularity = '1Minute'
const metrics = [
  ...[
    'GroupMinSize',
    'GroupMaxSize',
    'GroupDesiredCapacity',
    'GroupInServiceInstances',
    'GroupPendingInstances',
  ],
  ...['GroupStandbyInstances', 'GroupTerminatingInstances', 'GroupTotalInstances'],
  ...['GroupInServiceCapacity', 'GroupPendingCapacity', 'GroupStandbyCapacity', 'GroupTerminatingCapacity'],
  ...['GroupTotalCapacity', 'WarmPoolDesiredCapacity', 'WarmPoolWarmedCapacity', 'WarmPoolPendingCapacity'],
  ...['WarmPoolTerminatingCapacity', 'WarmPoolTotalCapacity', 'GroupAndWarmPoolDesiredCapacity'],
  'GroupAndWarmPoolTotalCapacity',
]

/** The operations on the metrics that a group collects. They are records here: no metric of a group is published. */
export function metricsHandlers(book: GroupBook): AutoScalingHandlers {
  const read = (asked: readonly string[] | undefined): string[] =>
    asked?.length ? asked.map((metric) => oneOf(metric, 'metrics', metrics)) : metrics
  return {
    EnableMetricsCollection(input) {
      const group = book.find(input.AutoScalingGroupName)
      oneOf(required(input.Granularity, 'granularity'), 'granularity', [granularity])
      group.metrics = [...new Set([...(group.metrics ?? []), ...read(input.Metrics)])]
      book.changed()
      return {}
    },
    DisableMetricsCollection(input) {
      const group = book.find(input.AutoScalingGroupName)
      const gone = read(input.Metrics)
      group.metrics = (group.metrics ?? []).filter((metric) => !gone.includes(metric))
      book.changed()
      return {}
    },
    DescribeMetricCollectionTypes: () => ({
      Metrics: metrics.map((Metric) => ({ Metric })),
      Granularities: [{ Granularity: granularity }],
    }),
  }
}

/** The metrics that a group collects, as its description shows them. */
export const describeMetrics = (collected: readonly string[] = []) =>
  collected.map((Metric) => ({ Metric, Granularity: granularity }))
