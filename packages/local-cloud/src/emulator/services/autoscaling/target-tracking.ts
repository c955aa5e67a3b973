import { randomUUID } from 'node:crypto'
import type { CustomizedMetricSpecification, TargetTrackingConfiguration } from '@aws-sdk/client-auto-scaling'
import type { AlarmSettings } from '../cloudwatch/alarm.ts'
import type { Alarms } from '../cloudwatch/alarms.ts'
import { oneOf, required, validationError } from '../constraint.ts'
import type { Policy } from './scaling-policy.ts'

const predefined = {
  ASGAverageCPUUtilization: 'CPUUtilization',
  ASGAverageCPUUtilizationHighResolution: 'CPUUtilization',
  ASGAverageNetworkIn: 'NetworkIn',
  ASGAverageNetworkOut: 'NetworkOut',
  ALBRequestCountPerTarget: 'RequestCountPerTarget',
} as const

type Predefined = keyof typeof predefined

const predefinedNames = [
  'ASGAverageCPUUtilization',
  'ASGAverageCPUUtilizationHighResolution',
  'ASGAverageNetworkIn',
  'ASGAverageNetworkOut',
  'ALBRequestCountPerTarget',
] as const satisfies readonly Predefined[]

/** As many characters as an alarm's name has. */
const mostOfName = 255

/** Reads what a policy tracks, with AWS's defaults and refusals. */
export function readTracking(given: TargetTrackingConfiguration): TargetTrackingConfiguration {
  const { PredefinedMetricSpecification: named, CustomizedMetricSpecification: own } = given
  if ((named === undefined) === (own === undefined)) {
    throw validationError(
      'Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified.',
    )
  }
  required(given.TargetValue, 'targetValue')
  if (named !== undefined) {
    const type = oneOf(
      required(named.PredefinedMetricType, 'predefinedMetricType'),
      'predefinedMetricType',
      predefinedNames,
    )
    if (type === 'ALBRequestCountPerTarget') targetGroupOf(named.ResourceLabel)
  }
  if (own !== undefined && own.Metrics === undefined) {
    required(own.MetricName, 'metricName')
    required(own.Namespace, 'namespace')
    required(own.Statistic, 'statistic')
  }
  return { ...given, DisableScaleIn: given.DisableScaleIn ?? false }
}

/** Makes the alarms by which a policy tracks its target, as AWS does; those that it has are set anew. */
export function trackByAlarms(policy: Policy, alarms: Alarms): void {
  const tracking = policy.settings.TargetTrackingConfiguration
  const { high: oldHigh, low: oldLow } = policy.alarms
  if (tracking === undefined) {
    untrack(policy, alarms)
    return
  }
  const target = tracking.TargetValue ?? 0
  const nameOf = (kind: 'High' | 'Low'): string => {
    const end = `-Alarm${kind}-${randomUUID()}`
    return `${`TargetTracking-${policy.group}`.slice(0, mostOfName - end.length)}${end}`
  }
  const common: AlarmSettings = {
    ...metricOf(policy.group, tracking),
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [policy.arn],
    InsufficientDataActions: [],
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.arn}.`,
    EvaluationPeriods: 3,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: target,
  }
  const high = oldHigh ?? nameOf('High')
  alarms.put(high, common)
  if (tracking.DisableScaleIn) {
    if (oldLow !== undefined) alarms.delete(oldLow)
    policy.alarms = { high }
    return
  }
  const low = oldLow ?? nameOf('Low')
  // AWS scales in later than out, and from somewhat below the target.
  const below = {
    EvaluationPeriods: 15,
    ComparisonOperator: 'LessThanThreshold',
    Threshold: target * 0.9,
  } as const
  alarms.put(low, { ...common, ...below })
  policy.alarms = { high, low }
}

/** Takes a policy's own alarms away. */
export function untrack(policy: Policy, alarms: Alarms): void {
  for (const name of Object.values(policy.alarms)) alarms.delete(name)
  policy.alarms = {}
}

function metricOf(group: string, tracking: TargetTrackingConfiguration): AlarmSettings {
  const { PredefinedMetricSpecification: named, CustomizedMetricSpecification: own } = tracking
  if (own !== undefined) return ownMetric(own)
  const type =
    predefinedNames.find((name) => name === named?.PredefinedMetricType) ?? 'ASGAverageCPUUtilization'
  const MetricName = predefined[type]
  if (type === 'ALBRequestCountPerTarget') {
    const Dimensions = [{ Name: 'TargetGroup', Value: targetGroupOf(named?.ResourceLabel) }]
    return { Namespace: 'AWS/ApplicationELB', MetricName, Statistic: 'Sum', Period: 60, Dimensions }
  }
  const Period = type === 'ASGAverageCPUUtilizationHighResolution' ? 10 : 60
  const Dimensions = [{ Name: 'AutoScalingGroupName', Value: group }]
  return { Namespace: 'AWS/EC2', MetricName, Statistic: 'Average', Period, Dimensions }
}

function ownMetric(own: CustomizedMetricSpecification): AlarmSettings {
  if (own.Metrics !== undefined) {
    const Metrics = own.Metrics.map(({ Id, Expression, Label, ReturnData, MetricStat }) => ({
      Id,
      ...(Expression === undefined ? {} : { Expression }),
      ...(Label === undefined ? {} : { Label }),
      ...(ReturnData === undefined ? {} : { ReturnData }),
      ...(MetricStat === undefined
        ? {}
        : { MetricStat: { ...MetricStat, Period: MetricStat.Period ?? own.Period ?? 60 } }),
    }))
    // Auto Scaling has the same shapes as CloudWatch, with plain text for a unit.
    return { Metrics: Metrics as NonNullable<AlarmSettings['Metrics']> }
  }
  const { MetricName, Namespace, Dimensions = [], Statistic, Unit, Period = 60 } = own
  return {
    MetricName,
    Namespace,
    Dimensions,
    Statistic,
    Period,
    // As above: plain text in one service, an enumeration in the other.
    ...(Unit === undefined ? {} : { Unit: Unit as NonNullable<AlarmSettings['Unit']> }),
  }
}

/** `app/NAME/ID/targetgroup/NAME/ID` names a load balancer and one of its target groups. */
function targetGroupOf(label: string | undefined): string {
  const found = /^app\/[^/]+\/[^/]+\/(targetgroup\/[^/]+\/[^/]+)$/.exec(label ?? '')?.[1]
  if (found === undefined) {
    throw validationError(
      `The resource label ${label} is not one of a target group of an Application Load Balancer.`,
    )
  }
  return found
}
