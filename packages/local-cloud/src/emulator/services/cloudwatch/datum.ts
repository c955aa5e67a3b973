import type { MetricDatum } from '@aws-sdk/client-cloudwatch'
import { AwsError } from '../../service.ts'
import { required, within } from '../constraint.ts'
import type { Point } from './statistics.ts'

const hour = 3600

/** Reads a datum from a request: one value, a set of statistics, or values with their counts. */
export function readPoint(datum: MetricDatum, now: number): Point {
  const at = Math.floor((datum.Timestamp?.getTime() ?? now * 1000) / 1000)
  if (at < now - 14 * 24 * hour || at > now + 2 * hour) {
    throw invalidValue(
      'The parameter Timestamp must specify a time within the past two weeks and the next two hours.',
    )
  }
  const {
    Value: value,
    StatisticValues: set,
    Values: values,
    Counts: counts = values?.map(() => 1) ?? [],
  } = datum
  if (set !== undefined) {
    const count = required(set.SampleCount, 'sampleCount')
    const [sum, min, max] = [
      required(set.Sum, 'sum'),
      required(set.Minimum, 'minimum'),
      required(set.Maximum, 'maximum'),
    ]
    return { at, count, sum, min, max }
  }
  if (values !== undefined && values.length > 0) {
    within(values.length, 'values', 1, 150)
    if (counts.length !== values.length) throw invalidValue('Values and Counts must be of one length.')
    const sum = values.reduce((total, each, index) => total + each * (counts[index] ?? 0), 0)
    const count = counts.reduce((total, each) => total + each, 0)
    return { at, count, sum, min: Math.min(...values), max: Math.max(...values) }
  }
  if (value === undefined) {
    throw new AwsError('MissingParameter', 'A datum must have Value, Values or StatisticValues.')
  }
  return { at, count: 1, sum: value, min: value, max: value }
}

/** The refusal of a parameter's value, as the operations on metrics have it. */
export function invalidValue(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message)
}
