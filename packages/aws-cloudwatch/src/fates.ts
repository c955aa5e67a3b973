import type { MetricAlarm, Tag } from '@aws-sdk/client-cloudwatch'
import type { Fates } from '@viridian/aws'

/** A metric alarm, with its tags. */
export interface Alarm extends MetricAlarm {
  /** Of another call than the rest: `ListTagsForResource`. */
  Tags?: Tag[] | undefined
}

const state = { leftOut: 'the copy is evaluated by itself' }

/** What becomes of every member of an alarm in its copy. */
export const alarmFates = {
  AlarmName: 'rewritten',
  AlarmArn: { leftOut: 'AWS sets it' },
  AlarmDescription: 'copied',
  AlarmConfigurationUpdatedTimestamp: { leftOut: 'AWS sets it' },
  // Off until green serves, whatever the original's are.
  ActionsEnabled: 'rewritten',
  OKActions: 'rewritten',
  AlarmActions: 'rewritten',
  InsufficientDataActions: 'rewritten',
  StateValue: state,
  StateReason: state,
  StateReasonData: state,
  StateUpdatedTimestamp: state,
  StateTransitionedTimestamp: state,
  EvaluationState: state,
  MetricName: 'copied',
  Namespace: 'copied',
  Statistic: 'copied',
  ExtendedStatistic: 'copied',
  Dimensions: 'rewritten',
  Period: 'copied',
  Unit: 'copied',
  EvaluationPeriods: 'copied',
  DatapointsToAlarm: 'copied',
  Threshold: 'copied',
  ComparisonOperator: 'copied',
  TreatMissingData: 'copied',
  EvaluateLowSampleCountPercentile: 'copied',
  Metrics: 'rewritten',
  ThresholdMetricId: 'copied',
  EvaluationWindow: 'copied',
  WarmUpConfiguration: 'copied',
  EvaluationCriteria: 'copied',
  EvaluationInterval: 'copied',
  ActionConfiguration: 'copied',
  // The run's own come on top.
  Tags: 'copied',
} as const satisfies Fates<Alarm>
