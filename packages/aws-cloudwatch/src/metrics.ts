import type { Dimension, GetMetricStatisticsInput } from '@aws-sdk/client-cloudwatch'
import { balancerLabel } from '@viridian/aws'
import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { cloudWatchApi } from './api.ts'
import { dimensionOf, type Watched } from './watched.ts'

/** What is asked of a balancer's metrics: what came, what is under way, how many instances are well. */
export type Question = 'requests' | 'open' | 'healthy'

interface Meter {
  readonly Namespace: string
  /** None: the balancer is not measured so. */
  readonly metrics: Readonly<Partial<Record<Question, Metric>>>
}

interface Metric {
  readonly MetricName: string
  readonly statistic: 'Sum' | 'Maximum'
  /** Whether each target group has one of its own, and the load balancer none. */
  readonly byTargetGroup?: true
}

/** Where each kind of balancer is measured. */
const meters: Readonly<Record<Watched['kind'], Meter>> = {
  classic: {
    Namespace: 'AWS/ELB',
    metrics: {
      requests: { MetricName: 'RequestCount', statistic: 'Sum' },
      // Each node of the balancer says what it sees: one in a zone without instances may always see none.
      healthy: { MetricName: 'HealthyHostCount', statistic: 'Maximum' },
    },
  },
  application: {
    Namespace: 'AWS/ApplicationELB',
    metrics: {
      requests: { MetricName: 'RequestCount', statistic: 'Sum' },
      healthy: { MetricName: 'HealthyHostCount', statistic: 'Maximum', byTargetGroup: true },
    },
  },
  network: {
    Namespace: 'AWS/NetworkELB',
    metrics: {
      requests: { MetricName: 'NewFlowCount', statistic: 'Sum' },
      // A flow that began long ago is no new one, and still a user.
      open: { MetricName: 'ActiveFlowCount', statistic: 'Maximum' },
      healthy: { MetricName: 'HealthyHostCount', statistic: 'Maximum', byTargetGroup: true },
    },
  },
}

/** What was measured in one period. */
export interface Point {
  /** When the period began. */
  readonly at: Date
  readonly value: number
}

/** What was measured of a balancer, the oldest first, by periods of this many milliseconds. */
export interface Measured {
  readonly periodMs: number
  readonly points: readonly Point[]
}

const Statistics = z.object({
  Datapoints: z
    .array(z.object({ Timestamp: z.date(), Sum: z.number().optional(), Maximum: z.number().optional() }))
    .default([]),
})

/** In seconds; AWS keeps those of a minute for two weeks, and gives 1,440 points at once. */
const periods = [60, 300, 3_600]
const longestPeriod = 86_400
const pointsAtOnce = 1_440

/**
 * Reads what was measured of a balancer in this time, by the minute where that is possible (`GetMetricStatistics`). What is
 * measured by target group is that of the one where it is least.
 */
export async function measure(
  c: StepContext,
  balancer: Watched,
  question: Question,
  from: Date,
  to: Date,
): Promise<Measured> {
  const metric = meters[balancer.kind].metrics[question]
  const seconds = (to.getTime() - from.getTime()) / 1000
  const Period = periods.find((period) => seconds / period < pointsAtOnce) ?? longestPeriod
  const asked = { Namespace: meters[balancer.kind].Namespace, Period, StartTime: from, EndTime: to }
  const least = new Map<number, number>()
  if (!metric) return { periodMs: 0, points: [] }
  for (const Dimensions of dimensionsOf(balancer, metric))
    for (const [at, value] of await read(c, { ...asked, Dimensions }, metric))
      least.set(at, Math.min(value, least.get(at) ?? value))
  return {
    periodMs: Period * 1000,
    points: [...least]
      .sort(([one], [other]) => one - other)
      .map(([at, value]) => ({ at: new Date(at), value })),
  }
}

type Asked = Omit<GetMetricStatisticsInput, 'MetricName' | 'Statistics'>

/** When each period began, in milliseconds, and what was measured in it. */
async function read(
  c: StepContext,
  asked: Asked,
  { MetricName, statistic }: Metric,
): Promise<[number, number][]> {
  const input = { ...asked, MetricName, Statistics: [statistic] }
  const { Datapoints } = await cloudWatchApi(c, 'GetMetricStatistics', input, Statistics)
  return Datapoints.map(({ Timestamp, [statistic]: value = 0 }) => [Timestamp.getTime(), value])
}

/** By which dimensions a metric of a balancer is asked for: once, or for each of its target groups. */
function dimensionsOf(balancer: Watched, { byTargetGroup }: Metric): Dimension[][] {
  const own = dimensionOf(balancer)
  if (!byTargetGroup || balancer.kind === 'classic') return [[own]]
  const targetGroups = (balancer.targetGroups ?? []).map(balancerLabel)
  return targetGroups.map((Value) => [own, { Name: 'TargetGroup', Value }])
}
/** All that was counted. */
export const totalOf = ({ points }: Measured): number => points.reduce((sum, { value }) => sum + value, 0)

/**
 * Reads a time, as `Date.toISOString` writes it.
 *
 * @throws ViridianError `E_TIME`
 */
export function parseTime(text: string): Date {
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time
  throw new ViridianError('E_TIME', `"${text}" is not a time`, {
    hint: 'write it as 2026-11-23T15:42:33Z: (await t.now()).toISOString() is one',
    refused: true,
  })
}
