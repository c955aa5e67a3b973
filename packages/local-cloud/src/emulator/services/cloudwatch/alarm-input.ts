import type { MetricDataQuery, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import { atMost, named, oneOf, required, validationError, within } from '../constraint.ts'
import { type AlarmSettings, actionLists } from './alarm.ts'

const comparisons = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
  'LessThanLowerOrGreaterThanUpperThreshold',
  'LessThanLowerThreshold',
  'GreaterThanUpperThreshold',
] as const

const statistics = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const
const day = 86_400

/** Reads an alarm from a request, with AWS's defaults and refusals. */
export function readAlarm(input: PutMetricAlarmInput, region: string): AlarmSettings {
  const { AlarmName: _name, Tags: _tags, ...settings } = input
  for (const list of Object.values(actionLists)) readActions(settings[list] ?? [], list, region)
  readSource(settings)
  readEvaluation(settings)
  return {
    ...settings,
    ActionsEnabled: settings.ActionsEnabled ?? true,
    OKActions: settings.OKActions ?? [],
    AlarmActions: settings.AlarmActions ?? [],
    InsufficientDataActions: settings.InsufficientDataActions ?? [],
    Dimensions: settings.Dimensions ?? [],
  }
}

/** @throws AwsError `ValidationError`. */
export function readName(name: string | undefined): string {
  return named(name, 'alarmName')
}

function readActions(actions: readonly string[], list: string, region: string): void {
  for (const arn of atMost(actions, list, 5)) {
    const [prefix, partition, service, where] = arn.split(':')
    if (prefix !== 'arn' || !partition || !service) throw validationError(`Invalid arn syntax: ${arn}`)
    if (where && where !== region) {
      throw validationError(`Invalid region ${where} specified. Only ${region} is supported.`)
    }
  }
}

/** What an alarm watches: a metric, an expression over metrics, or a query. */
function readSource(settings: AlarmSettings): void {
  const { MetricName, Namespace, Statistic, ExtendedStatistic, Period, Metrics, EvaluationCriteria } =
    settings
  if (EvaluationCriteria !== undefined) return
  if (Metrics !== undefined && Metrics.length > 0) {
    if ((MetricName ?? Namespace ?? Statistic ?? ExtendedStatistic ?? Period) !== undefined) {
      throw validationError(
        'Metrics list cannot be specified together with MetricName, Namespace, Period, Statistic or ExtendedStatistic.',
      )
    }
    readQueries(Metrics, settings.ThresholdMetricId)
    return
  }
  if (MetricName === undefined || Namespace === undefined || Period === undefined) {
    throw validationError('MetricName, Namespace and Period must be specified for an alarm on a metric.')
  }
  if ((Statistic === undefined) === (ExtendedStatistic === undefined)) {
    throw validationError('Exactly one of Statistic and ExtendedStatistic must be specified.')
  }
  if (Statistic !== undefined) oneOf(Statistic, 'statistic', statistics)
  if (
    ExtendedStatistic !== undefined &&
    !/^(p|tm|wm|tc|ts|pr|tr|iqm|PR|TM|WM|TC|TS|IQM)/.test(ExtendedStatistic)
  ) {
    throw validationError(`The value ${ExtendedStatistic} for parameter ExtendedStatistic is not supported.`)
  }
  if (![10, 20, 30].includes(Period) && (Period < 60 || Period % 60 !== 0)) {
    throw validationError('Period must be 10, 20, 30 or a multiple of 60')
  }
  atMost(settings.Dimensions ?? [], 'dimensions', 30)
}

function readQueries(queries: readonly MetricDataQuery[], thresholdId: string | undefined): void {
  const ids = queries.map(({ Id }) => required(Id, 'id'))
  if (new Set(ids).size < ids.length) throw validationError('The ids of the Metrics list must be unique.')
  const watched = queries.filter(({ Id, ReturnData }) => ReturnData !== false && Id !== thresholdId)
  if (watched.length !== 1) {
    throw validationError('Exactly one element of the metrics list should return data.')
  }
  if (thresholdId !== undefined && !ids.includes(thresholdId)) {
    throw validationError(`The ThresholdMetricId ${thresholdId} is not in the Metrics list.`)
  }
}

function readEvaluation(settings: AlarmSettings): void {
  const { EvaluationCriteria, TreatMissingData, EvaluateLowSampleCountPercentile } = settings
  if (TreatMissingData !== undefined) {
    oneOf(TreatMissingData, 'treatMissingData', ['breaching', 'notBreaching', 'ignore', 'missing'])
  }
  if (EvaluateLowSampleCountPercentile !== undefined) {
    oneOf(EvaluateLowSampleCountPercentile, 'evaluateLowSampleCountPercentile', ['evaluate', 'ignore'])
  }
  if (EvaluationCriteria !== undefined) return
  const periods = within(
    required(settings.EvaluationPeriods, 'evaluationPeriods'),
    'evaluationPeriods',
    1,
    day,
  )
  oneOf(required(settings.ComparisonOperator, 'comparisonOperator'), 'comparisonOperator', comparisons)
  if ((settings.Threshold === undefined) === (settings.ThresholdMetricId === undefined)) {
    throw validationError('Exactly one of Threshold and ThresholdMetricId must be specified.')
  }
  const { DatapointsToAlarm: datapoints = periods, Period: period = 60 } = settings
  if (datapoints < 1 || datapoints > periods) {
    throw validationError('DatapointsToAlarm must be at least 1 and at most EvaluationPeriods.')
  }
  const longest = period < 3600 ? day : 7 * day
  if (periods * period > longest) {
    throw validationError(
      `Metrics cannot be checked across more than ${longest === day ? 'a day' : 'a week'} (EvaluationPeriods * Period must be <= ${longest}).`,
    )
  }
}
