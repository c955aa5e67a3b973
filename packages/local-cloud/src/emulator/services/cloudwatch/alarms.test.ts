import { CloudWatch, CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { AwsQueryProtocol } from '@aws-sdk/core/protocols'
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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

beforeEach(async () => {
  const { MetricAlarms = [] } = await watch.describeAlarms({})
  await watch.deleteAlarms({ AlarmNames: MetricAlarms.map(({ AlarmName }) => AlarmName ?? '') })
})

const topic = 'arn:aws:sns:eu-west-1:123456789012:page'
const busy = {
  AlarmName: 'busy',
  Namespace: 'AWS/ELB',
  MetricName: 'RequestCount',
  Dimensions: [{ Name: 'LoadBalancerName', Value: 'web' }],
  Statistic: 'Sum' as const,
  Period: 60,
  EvaluationPeriods: 3,
  Threshold: 100,
  ComparisonOperator: 'GreaterThanThreshold' as const,
}

const full = {
  ...busy,
  AlarmDescription: 'Many requests',
  ActionsEnabled: false,
  OKActions: [topic],
  AlarmActions: [topic],
  InsufficientDataActions: [topic],
  Unit: 'Count' as const,
  DatapointsToAlarm: 2,
  TreatMissingData: 'notBreaching',
  EvaluateLowSampleCountPercentile: 'ignore',
}

const { MetricName: _, Namespace: __, Statistic: ___, Period: ____, Dimensions: _____, ...bare } = busy

const maths = {
  ...bare,
  AlarmName: 'errors',
  EvaluationPeriods: 1,
  Metrics: [
    { Id: 'share', Expression: 'errors / all', Label: 'share', ReturnData: true },
    ...['errors', 'all'].map((Id) => ({
      Id,
      ReturnData: false,
      MetricStat: {
        Metric: { Namespace: 'Shop', MetricName: Id, Dimensions: [{ Name: 'a', Value: 'b' }] },
        Period: 300,
        Stat: 'Sum',
      },
    })),
  ],
}

async function put(...alarms: object[]): Promise<void> {
  for (const alarm of alarms) await watch.putMetricAlarm({ ...busy, ...alarm })
}

async function names(input: object): Promise<(string | undefined)[]> {
  return ((await watch.describeAlarms(input)).MetricAlarms ?? []).map(({ AlarmName }) => AlarmName)
}

describe('alarms', () => {
  test.each([
    ['a metric', full],
    [
      'a percentile',
      { ...bare, AlarmName: 'slow', Namespace: 'a', MetricName: 'b', Period: 60, ExtendedStatistic: 'p99.9' },
    ],
    ['an expression', maths],
    [
      'a band',
      {
        ...maths,
        Threshold: undefined,
        ComparisonOperator: 'GreaterThanUpperThreshold' as const,
        ThresholdMetricId: 'all',
      },
    ],
  ])('of %s keep every field, and begin without data', async (_kind, given) => {
    await watch.putMetricAlarm({ ...given, Tags: [{ Key: 'team', Value: 'shop' }] })
    const { MetricAlarms: [alarm] = [] } = await watch.describeAlarms({ AlarmNames: [given.AlarmName] })
    expect(alarm).toMatchObject(JSON.parse(JSON.stringify(given)))
    expect(alarm).toMatchObject({
      AlarmArn: expect.stringMatching(
        new RegExp(`^arn:aws:cloudwatch:eu-west-1:\\d{12}:alarm:${given.AlarmName}$`),
      ),
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
    })
    expect(alarm?.StateUpdatedTimestamp).toBeInstanceOf(Date)
    const { Tags } = await watch.listTagsForResource({ ResourceARN: alarm?.AlarmArn })
    expect(Tags).toEqual([{ Key: 'team', Value: 'shop' }])
  })

  test('given other settings, keep their state and tags, and lose what is not said again', async () => {
    await put({ TreatMissingData: 'breaching', Tags: [{ Key: 'team', Value: 'shop' }] })
    await watch.setAlarmState({ AlarmName: 'busy', StateValue: 'OK', StateReason: 'quiet' })
    await put({ Threshold: 5, Tags: [{ Key: 'team', Value: 'other' }] })
    const { MetricAlarms: [alarm] = [] } = await watch.describeAlarms({})
    expect(alarm).toMatchObject({
      Threshold: 5,
      StateValue: 'OK',
      StateReason: 'quiet',
      ActionsEnabled: true,
    })
    expect(alarm).not.toHaveProperty('TreatMissingData')
    const { Tags } = await watch.listTagsForResource({ ResourceARN: alarm?.AlarmArn })
    expect(Tags).toEqual([{ Key: 'team', Value: 'shop' }])
  })

  test('are found by name, prefix, state, action and metric, in pages', async () => {
    await put(
      { AlarmName: 'a1' },
      { AlarmName: 'a2', AlarmActions: [topic] },
      { AlarmName: 'b', Period: 300 },
    )
    await watch.setAlarmState({ AlarmName: 'b', StateValue: 'ALARM', StateReason: 'test' })
    expect(await names({ AlarmNames: ['b', 'nobody'] })).toEqual(['b'])
    expect(await names({ AlarmNamePrefix: 'a' })).toEqual(['a1', 'a2'])
    expect(await names({ StateValue: 'ALARM' })).toEqual(['b'])
    expect(await names({ ActionPrefix: 'arn:aws:sns' })).toEqual(['a2'])
    expect(await names({ AlarmTypes: ['CompositeAlarm'] })).toEqual([])
    const first = await watch.describeAlarms({ MaxRecords: 2 })
    expect(first.MetricAlarms).toHaveLength(2)
    expect(await names({ MaxRecords: 2, NextToken: first.NextToken })).toEqual(['b'])
    const { Namespace, MetricName } = busy
    const metric = { Namespace, MetricName, Dimensions: busy.Dimensions }
    const found = await watch.describeAlarmsForMetric({ ...metric, Period: 300 })
    expect(found.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['b'])
    expect((await watch.describeAlarmsForMetric({ Namespace, MetricName })).MetricAlarms).toEqual([])
  })

  test('have states that are set, and a history', async () => {
    await put({ AlarmActions: [topic] })
    const reason = {
      AlarmName: 'busy',
      StateValue: 'ALARM',
      StateReason: 'test',
      StateReasonData: '{"a":1}',
    } as const
    await watch.setAlarmState(reason)
    const { MetricAlarms: [alarm] = [] } = await watch.describeAlarms({})
    expect(alarm).toMatchObject({ StateValue: 'ALARM', StateReason: 'test', StateReasonData: '{"a":1}' })
    const { AlarmHistoryItems = [] } = await watch.describeAlarmHistory({ AlarmName: 'busy', MaxRecords: 3 })
    expect(AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary)).toEqual([
      `Failed to execute action ${topic}: the local cloud performs scaling policies alone`,
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      'Alarm "busy" created',
    ])
    const updates = await watch.describeAlarmHistory({ AlarmName: 'busy', HistoryItemType: 'StateUpdate' })
    expect(JSON.parse(updates.AlarmHistoryItems?.[0]?.HistoryData ?? '')).toMatchObject({
      oldState: { stateValue: 'INSUFFICIENT_DATA' },
      newState: { stateValue: 'ALARM', stateReason: 'test' },
    })
  })

  test('have actions that are switched, and tags', async () => {
    await put({})
    const actionsEnabled = async () => (await watch.describeAlarms({})).MetricAlarms?.[0]?.ActionsEnabled
    await watch.disableAlarmActions({ AlarmNames: ['busy', 'nobody'] })
    expect(await actionsEnabled()).toBe(false)
    await watch.enableAlarmActions({ AlarmNames: ['busy'] })
    expect(await actionsEnabled()).toBe(true)
    const ResourceARN = (await watch.describeAlarms({})).MetricAlarms?.[0]?.AlarmArn
    await watch.tagResource({
      ResourceARN,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    })
    await watch.untagResource({ ResourceARN, TagKeys: ['a'] })
    expect((await watch.listTagsForResource({ ResourceARN })).Tags).toEqual([{ Key: 'b', Value: '2' }])
  })

  test.each([
    ['a period of 45 s', { Period: 45 }, 'ValidationException: Period must be'],
    [
      'more than a day',
      { EvaluationPeriods: 1441 },
      'ValidationException: Metrics cannot be checked across more than a day',
    ],
    ['two statistics', { ExtendedStatistic: 'p99' }, 'ValidationException: Exactly one of Statistic'],
    ['no threshold', { Threshold: undefined }, 'ValidationException: Exactly one of Threshold'],
    [
      'more datapoints than periods',
      { DatapointsToAlarm: 4 },
      'ValidationException: DatapointsToAlarm must be',
    ],
    ['a metric and an expression', { Metrics: maths.Metrics }, 'ValidationException: Metrics list cannot'],
    ['an action that is no ARN', { AlarmActions: ['page'] }, 'ValidationException: Invalid arn syntax: page'],
    [
      'an action elsewhere',
      { AlarmActions: ['arn:aws:sns:eu-north-1:123456789012:page'] },
      'ValidationException: Invalid region eu-north-1 specified. Only eu-west-1 is supported.',
    ],
    ['six actions', { OKActions: Array(6).fill(topic) }, 'ValidationException: 1 validation error detected'],
    [
      'an unknown comparison',
      { ComparisonOperator: 'Beyond' },
      'ValidationException: 1 validation error detected',
    ],
    [
      'an unknown treatment',
      { TreatMissingData: 'panic' },
      'ValidationException: 1 validation error detected',
    ],
  ])('with %s are refused', async (_case, changes, expected) => {
    expect(await refusal(put(changes))).toContain(expected)
    expect(await names({})).toEqual([])
  })

  test('that are not there are refused, and keep the others from being deleted', async () => {
    await put({})
    expect(await refusal(watch.deleteAlarms({ AlarmNames: ['busy', 'nobody'] }))).toMatch(
      /^ResourceNotFound: /,
    )
    expect(await names({})).toEqual(['busy'])
    const nobody = { AlarmName: 'nobody', StateValue: 'OK', StateReason: '' } as const
    expect(await refusal(watch.setAlarmState(nobody))).toMatch(/^ResourceNotFound: /)
    const wrong = watch.setAlarmState({ ...nobody, AlarmName: 'busy', StateReasonData: '{' })
    expect(await refusal(wrong)).toMatch(/^InvalidFormat/)
    expect(await refusal(watch.describeAlarms({ NextToken: 'x' }))).toMatch(/^InvalidNextToken/)
  })

  test.each([
    ['Query', AwsQueryProtocol],
    ['CBOR', SmithyRpcV2CborProtocol],
  ])('are served, and refused, in %s too', async (_name, protocol) => {
    await put({ AlarmActions: [topic] })
    const client = new CloudWatchClient({ ...cloud.config, protocol })
    const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({}))
    expect(MetricAlarms).toEqual((await watch.describeAlarms({})).MetricAlarms)
    const refused = client.send(new DescribeAlarmsCommand({ MaxRecords: 0 }))
    expect(await refusal(refused)).toMatch(/^Validation(Error|Exception): 1 validation error detected/)
    client.destroy()
  })
})
