import { CloudWatch } from '@aws-sdk/client-cloudwatch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestCloud, refusal, type TestCloud } from '../testing/test-cloud.ts'

let cloud: TestCloud
let watch: CloudWatch

beforeAll(async () => {
  cloud = await openTestCloud()
  watch = new CloudWatch(cloud.config)
})

afterAll(async () => {
  watch.destroy()
  await cloud.close()
})

const minute = 60_000
/** The beginning of a minute, an hour ago. */
const start = Math.floor(Date.now() / minute) * minute - 60 * minute
const at = (seconds: number): Date => new Date(start + seconds * 1000)
const Dimensions = [
  { Name: 'shop', Value: 'north' },
  { Name: 'kind', Value: 'book' },
]
const orders = { Namespace: 'Shop', MetricName: 'Orders', Dimensions }
const span = { StartTime: at(0), EndTime: at(600), Period: 60 }

describe('metrics', () => {
  test('are merged into periods, by each statistic', async () => {
    const datum = { MetricName: 'Orders', Dimensions, Unit: 'Count' } as const
    await watch.putMetricData({
      Namespace: 'Shop',
      MetricData: [
        { ...datum, Timestamp: at(5), Value: 3 },
        { ...datum, Timestamp: at(59), Values: [1, 10], Counts: [2, 1] },
        {
          ...datum,
          Timestamp: at(130),
          StatisticValues: { SampleCount: 4, Sum: 20, Minimum: 2, Maximum: 8 },
        },
        { ...datum, Timestamp: at(600), Value: 99 },
      ],
    })
    const asked = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const
    // The order of the dimensions is no part of a metric's name.
    const named = { ...orders, Dimensions: Dimensions.toReversed() }
    const { Datapoints, Label } = await watch.getMetricStatistics({
      ...named,
      ...span,
      Statistics: [...asked],
    })
    expect(Label).toBe('Orders')
    expect(Datapoints).toEqual([
      { Timestamp: at(0), SampleCount: 4, Average: 3.75, Sum: 15, Minimum: 1, Maximum: 10, Unit: 'Count' },
      { Timestamp: at(120), SampleCount: 4, Average: 5, Sum: 20, Minimum: 2, Maximum: 8, Unit: 'Count' },
    ])
    const wide = { ...orders, ...span, Period: 300, Statistics: ['Sum' as const] }
    expect((await watch.getMetricStatistics(wide)).Datapoints).toEqual([
      { Timestamp: at(0), Sum: 35, Unit: 'Count' },
    ])
    const bytes = await watch.getMetricStatistics({ ...wide, Unit: 'Bytes' })
    expect(bytes.Datapoints).toEqual([])
  })

  test('are queried, the newest first unless asked otherwise', async () => {
    await watch.putMetricData({
      Namespace: 'Shop',
      MetricData: [0, 60, 120].map((seconds) => ({
        MetricName: 'Visits',
        Timestamp: at(seconds),
        Value: seconds,
      })),
    })
    const MetricStat = { Metric: { Namespace: 'Shop', MetricName: 'Visits' }, Period: 60, Stat: 'Sum' }
    const { Period: _, ...within } = span
    const MetricDataQueries = [
      { Id: 'a', MetricStat },
      { Id: 'b', MetricStat, ReturnData: false },
    ]
    const { MetricDataResults } = await watch.getMetricData({ ...within, MetricDataQueries })
    const Timestamps = [at(120), at(60), at(0)]
    expect(MetricDataResults).toEqual([
      { Id: 'a', Label: 'Visits', StatusCode: 'Complete', Timestamps, Values: [120, 60, 0] },
    ])
    const rising = await watch.getMetricData({ ...within, MetricDataQueries, ScanBy: 'TimestampAscending' })
    expect(rising.MetricDataResults?.[0]?.Values).toEqual([0, 60, 120])
  })

  test('are listed once each', async () => {
    const MetricData = ['Count', 'Bytes'].map((Unit) => ({
      MetricName: 'Books',
      Dimensions,
      Value: 1,
      Unit: Unit as 'Count',
    }))
    await watch.putMetricData({ Namespace: 'Store', MetricData })
    const list = async (input: object) => (await watch.listMetrics({ Namespace: 'Store', ...input })).Metrics
    const books = [{ Namespace: 'Store', MetricName: 'Books', Dimensions }]
    expect(await list({})).toEqual(books)
    expect(await list({ Dimensions: [{ Name: 'kind' }] })).toEqual(books)
    expect(await list({ Dimensions: [{ Name: 'kind', Value: 'record' }] })).toEqual([])
    expect(await list({ MetricName: 'Records' })).toEqual([])
  })

  test('are forgotten after three hours', async () => {
    const MetricData = [{ MetricName: 'Old', Value: 1, Timestamp: new Date(Date.now() - 4 * 60 * minute) }]
    await watch.putMetricData({ Namespace: 'Shop', MetricData })
    expect((await watch.listMetrics({ MetricName: 'Old' })).Metrics).toEqual([])
  })

  test("are refused in AWS's own namespaces, at no time of ours, and without a value", async () => {
    const putting = (Namespace: string, datum: object) =>
      refusal(watch.putMetricData({ Namespace, MetricData: [{ MetricName: 'a', Value: 1, ...datum }] }))
    expect(await putting('AWS/ELB', {})).toMatch(/^InvalidParameterValue/)
    expect(await putting('Shop', { Timestamp: new Date(0) })).toMatch(/^InvalidParameterValue/)
    expect(await putting('Shop', { Value: undefined })).toMatch(/^MissingParameter|^MissingRequiredParameter/)
    expect(await putting('Shop', { Value: undefined, Values: [1], Counts: [1, 2] })).toMatch(
      /^InvalidParameterValue/,
    )
  })

  test.each([
    ['no statistic', {}, /^InvalidParameterCombination/],
    ['an end before the start', { Statistics: ['Sum'], EndTime: at(-60) }, /^InvalidParameterValue/],
    ['a period of 45 s', { Statistics: ['Sum'], Period: 45 }, /^InvalidParameterValue/],
    ['too many points', { Statistics: ['Sum'], Period: 1, EndTime: at(3600) }, /exceeds the limit of 1,440/],
    ['percentiles', { ExtendedStatistics: ['p99'] }, /it has no percentiles/],
  ])('are not told with %s', async (_case, changes, expected) => {
    expect(
      await refusal(
        watch.getMetricStatistics({ ...orders, ...span, ...changes } as typeof orders & typeof span),
      ),
    ).toMatch(expected)
  })
})
