import type { Dimension, DimensionFilter, MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import { AwsError } from '../../service.ts'
import { atMost, required, validationError } from '../constraint.ts'
import { pageOf } from '../page.ts'
import type { CloudWatchHandlers } from './alarm-book.ts'
import { invalidToken } from './alarm-handlers.ts'
import { invalidValue, readPoint } from './datum.ts'
import type { MetricBook } from './metric-book.ts'
import { byPeriod, type Point, statisticOf } from './statistics.ts'

/** The operations on metrics. What is measured keeps no distribution, so that there are no percentiles. */
export function metricHandlers(book: MetricBook): CloudWatchHandlers {
  return {
    PutMetricData(input) {
      const namespace = required(input.Namespace, 'namespace')
      if (namespace.startsWith('AWS/')) {
        throw invalidValue(`The value ${namespace} for parameter Namespace is invalid.`)
      }
      const data = [
        ...(input.MetricData ?? []),
        ...(input.EntityMetricData ?? []).flatMap(({ MetricData = [] }) => MetricData),
      ]
      atMost(data, 'metricData', 1000)
      const read = data.map((datum) => [datum, readPoint(datum, book.now())] as const)
      for (const [{ MetricName, Dimensions = [], Unit: unit = 'None' }, point] of read) {
        const name = required(MetricName, 'metricName')
        book.add({ namespace, name, dimensions: atMost(Dimensions, 'dimensions', 30), unit }, [point])
      }
      return {}
    },
    GetMetricStatistics(input) {
      const { Statistics: asked = [], Dimensions = [], Unit } = input
      const namespace = required(input.Namespace, 'namespace')
      const name = required(input.MetricName, 'metricName')
      const span = readSpan(input.StartTime, input.EndTime, input.Period, invalidValue)
      if (asked.length === 0 && (input.ExtendedStatistics ?? []).length === 0) {
        throw new AwsError(
          'InvalidParameterCombination',
          'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
        )
      }
      if ((input.ExtendedStatistics ?? []).length > 0) throw noPercentiles()
      const count = Math.ceil((span.end - span.start) / span.period)
      if (count > 1440) {
        throw new AwsError(
          'InvalidParameterCombination',
          `You have requested up to ${count} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
        )
      }
      const units = book.units(namespace, name, Dimensions).filter((unit) => (Unit ?? unit) === unit)
      return {
        Label: name,
        Datapoints: units.flatMap((unit) =>
          byPeriod(book.points(namespace, name, Dimensions, unit), span.start, span.end, span.period).map(
            (point) => ({
              Timestamp: new Date(point.at * 1000),
              ...Object.fromEntries(asked.map((statistic) => [statistic, readStatistic(point, statistic)])),
              Unit: unit,
            }),
          ),
        ),
      }
    },
    GetMetricData(input) {
      const queries = atMost(required(input.MetricDataQueries, 'metricDataQueries'), 'metricDataQueries', 500)
      const newestFirst = input.ScanBy !== 'TimestampAscending'
      const results = queries
        .map((query) => [query, metricData(book, query, input.StartTime, input.EndTime)] as const)
        .filter(([{ ReturnData }]) => ReturnData !== false)
      return {
        MetricDataResults: results.map(([query, values]) => {
          const ordered = newestFirst ? values.reverse() : values
          return {
            Id: required(query.Id, 'id'),
            Label: query.Label ?? query.MetricStat?.Metric?.MetricName ?? '',
            Timestamps: ordered.map(([at]) => new Date(at * 1000)),
            Values: ordered.map(([, value]) => value),
            StatusCode: 'Complete' as const,
          }
        }),
        Messages: [],
      }
    },
    ListMetrics(input) {
      const all = book.metrics().filter(({ Namespace, MetricName, Dimensions = [] }) => {
        return (
          (input.Namespace ?? Namespace) === Namespace &&
          (input.MetricName ?? MetricName) === MetricName &&
          (input.Dimensions ?? []).every((filter) => hasDimension(Dimensions, filter))
        )
      })
      const page = pageOf(all, 500, input.NextToken, invalidToken)
      return { Metrics: [...page.items], ...(page.next === undefined ? {} : { NextToken: page.next }) }
    },
  }
}

function metricData(
  book: MetricBook,
  { Expression, MetricStat }: MetricDataQuery,
  from: Date | undefined,
  to: Date | undefined,
): (readonly [number, number])[] {
  if (Expression !== undefined) {
    throw validationError(
      `The expression ${Expression} cannot be evaluated: the local cloud answers MetricStat queries alone.`,
    )
  }
  const { Metric, Period, Stat, Unit } = required(MetricStat, 'metricStat')
  const { Namespace, MetricName, Dimensions = [] } = required(Metric, 'metric')
  const { start, end, period } = readSpan(from, to, Period, validationError)
  const points = book.points(
    required(Namespace, 'namespace'),
    required(MetricName, 'metricName'),
    Dimensions,
    Unit,
  )
  const statistic = required(Stat, 'stat')
  return byPeriod(points, start, end, period).map((point) => [point.at, readStatistic(point, statistic)])
}

function readSpan(
  from: Date | undefined,
  to: Date | undefined,
  asked: number | undefined,
  refusal: (message: string) => AwsError,
): { readonly start: number; readonly end: number; readonly period: number } {
  const period = required(asked, 'period')
  if (![1, 5, 10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0)) {
    throw refusal('Period must be 1, 5, 10, 20, 30 or a multiple of 60.')
  }
  const grain = Math.min(period, 60)
  const start = Math.floor(required(from, 'startTime').getTime() / 1000 / grain) * grain
  const end = required(to, 'endTime').getTime() / 1000
  if (required(from, 'startTime').getTime() / 1000 >= end) {
    throw refusal('The parameter StartTime must be less than the parameter EndTime.')
  }
  return { start, end, period }
}

function readStatistic(point: Point, statistic: string): number {
  const value = statisticOf(point, statistic)
  if (value !== undefined) return value
  if (/^(p|tm|wm|tc|ts|pr|tr|iqm)/i.test(statistic)) throw noPercentiles()
  throw invalidValue(`The parameter Statistic '${statistic}' is not valid.`)
}

function hasDimension(dimensions: readonly Dimension[], { Name, Value }: DimensionFilter): boolean {
  return dimensions.some((each) => each.Name === Name && (Value ?? each.Value) === each.Value)
}

function noPercentiles(): AwsError {
  return invalidValue('The local cloud keeps no distribution of a metric: it has no percentiles.')
}
