import { CloudWatch } from '@aws-sdk/client-cloudwatch'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestCloud, refusal, type TestCloud } from '../testing/test-cloud.ts'
import { WebFleet, web } from '../testing/web-fleet.ts'

let cloud: TestCloud
let fleet: WebFleet
let watch: CloudWatch

beforeEach(async () => {
  cloud = await openTestCloud()
  fleet = new WebFleet(cloud)
  watch = new CloudWatch(cloud.config)
})

afterEach(async () => {
  watch.destroy()
  await cloud.close()
})

const out = { ...web, PolicyName: 'out', PolicyType: 'StepScaling', AdjustmentType: 'ChangeInCapacity' }
const steps = [
  { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
  { MetricIntervalLowerBound: 10, ScalingAdjustment: 2 },
]

/** An alarm of the name `busy`, at 50, with this action. */
async function alarm(action: string | undefined, changes: object = {}): Promise<void> {
  await watch.putMetricAlarm({
    AlarmName: 'busy',
    Namespace: 'Shop',
    MetricName: 'Orders',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 50,
    ComparisonOperator: 'GreaterThanThreshold',
    AlarmActions: [action ?? ''],
    ...changes,
  })
}

async function set(StateValue: 'OK' | 'ALARM', AlarmName = 'busy', StateReasonData?: string): Promise<void> {
  await watch.setAlarmState({
    AlarmName,
    StateValue,
    StateReason: 'a test',
    ...(StateReasonData === undefined ? {} : { StateReasonData }),
  })
}

async function desired(): Promise<number | undefined> {
  return (await fleet.group())?.DesiredCapacity
}

describe('a policy acts', () => {
  test('when its alarm goes off: the group grows, and instances come', async () => {
    await fleet.create(1)
    const { PolicyARN } = await fleet.scaling.putScalingPolicy({ ...out, StepAdjustments: steps })
    await alarm(PolicyARN)
    await set('ALARM')
    expect(await desired()).toBe(2)
    await fleet.settled(2)
    const { cause } = await fleet.lastActivity()
    expect(cause).toMatch(
      /^At \S+Z a monitor alarm busy in state ALARM triggered policy out changing the desired capacity from 1 to 2\./,
    )
    const { AlarmHistoryItems } = await watch.describeAlarmHistory({
      AlarmName: 'busy',
      HistoryItemType: 'Action',
    })
    expect(AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).toEqual([
      `Successfully executed action ${PolicyARN}`,
    ])
  })

  test('once a change of state, by the step that the datapoint calls for, within the sizes', async () => {
    await fleet.create(1)
    const { PolicyARN } = await fleet.scaling.putScalingPolicy({ ...out, StepAdjustments: steps })
    await alarm(PolicyARN)
    await set('ALARM', 'busy', '{"recentDatapoints":[40,61]}')
    expect(await desired()).toBe(3)
    await set('ALARM')
    await set('OK')
    expect(await desired()).toBe(3)
    await set('ALARM')
    expect(await desired()).toBe(3)
  })

  test('by the newest datapoint of the metric where the reason has none', async () => {
    await fleet.create(1)
    const { PolicyARN } = await fleet.scaling.putScalingPolicy({ ...out, StepAdjustments: steps })
    await alarm(PolicyARN)
    await watch.putMetricData({ Namespace: 'Shop', MetricData: [{ MetricName: 'Orders', Value: 70 }] })
    await set('ALARM')
    expect(await desired()).toBe(3)
  })

  test.each(['AlarmNotification is suspended', 'it is disabled', "the alarm's actions are off"])(
    'not while %s',
    async (obstacle) => {
      await fleet.create(0)
      const policy = { ...out, StepAdjustments: steps, Enabled: obstacle !== 'it is disabled' }
      const { PolicyARN } = await fleet.scaling.putScalingPolicy(policy)
      await alarm(PolicyARN)
      if (obstacle === 'AlarmNotification is suspended') {
        await fleet.scaling.suspendProcesses({ ...web, ScalingProcesses: ['AlarmNotification'] })
      }
      if (obstacle === "the alarm's actions are off")
        await watch.disableAlarmActions({ AlarmNames: ['busy'] })
      await set('ALARM')
      expect(await desired()).toBe(0)
    },
  )

  test('a simple one waits for the cooldown, unless a user executes it', async () => {
    await fleet.create(0, { MaxSize: 9 })
    const simple = { ...web, PolicyName: 'simple', AdjustmentType: 'ChangeInCapacity', ScalingAdjustment: 1 }
    const { PolicyARN } = await fleet.scaling.putScalingPolicy({ ...simple, Cooldown: 3600 })
    await alarm(PolicyARN)
    await set('ALARM')
    await fleet.settled(1)
    await set('OK')
    await set('ALARM')
    expect(await desired()).toBe(1)
    const executed = { ...web, PolicyName: 'simple' }
    expect(await refusal(fleet.scaling.executePolicy({ ...executed, HonorCooldown: true }))).toMatch(
      /^ScalingActivityInProgressFault/,
    )
    await fleet.scaling.executePolicy(executed)
    expect(await desired()).toBe(2)
  })

  test('a step one is executed with a value and a threshold', async () => {
    await fleet.create(0)
    await fleet.scaling.putScalingPolicy({ ...out, StepAdjustments: steps })
    const executed = { ...web, PolicyName: 'out', BreachThreshold: 50 }
    expect(await refusal(fleet.scaling.executePolicy(executed))).toMatch(/^ValidationError: MetricValue and/)
    expect(await refusal(fleet.scaling.executePolicy({ ...executed, MetricValue: 49 }))).toMatch(
      /^ValidationError: There is no step/,
    )
    await fleet.scaling.executePolicy({ ...executed, MetricValue: 60 })
    expect(await desired()).toBe(2)
  })
})

describe('target tracking', () => {
  const tracking = {
    ...web,
    PolicyName: 'cpu',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' as const },
      TargetValue: 50,
    },
  }

  test('has two alarms of its own, which scale by one and go with it', async () => {
    await fleet.create(0)
    const { Alarms = [], PolicyARN } = await fleet.scaling.putScalingPolicy(tracking)
    const [high = '', low = ''] = Alarms.map(({ AlarmName }) => AlarmName ?? '')
    expect([high, low]).toEqual([
      expect.stringMatching(/^TargetTracking-web-AlarmHigh-[0-9a-f-]{36}$/),
      expect.stringMatching(/^TargetTracking-web-AlarmLow-[0-9a-f-]{36}$/),
    ])
    const { MetricAlarms = [] } = await watch.describeAlarms({ AlarmNamePrefix: 'TargetTracking-web-' })
    expect(
      MetricAlarms.map(({ Threshold, EvaluationPeriods, AlarmActions }) => [
        Threshold,
        EvaluationPeriods,
        AlarmActions,
      ]),
    ).toEqual([
      [50, 3, [PolicyARN]],
      [45, 15, [PolicyARN]],
    ])
    await set('ALARM', high)
    expect(await desired()).toBe(1)
    await set('ALARM', low)
    expect(await desired()).toBe(0)

    const again = await fleet.scaling.putScalingPolicy({
      ...tracking,
      TargetTrackingConfiguration: { ...tracking.TargetTrackingConfiguration, DisableScaleIn: true },
    })
    expect(again.PolicyARN).toBe(PolicyARN)
    expect(again.Alarms?.map(({ AlarmName }) => AlarmName)).toEqual([high])
    await fleet.scaling.deletePolicy({ PolicyName: PolicyARN })
    expect((await watch.describeAlarms({})).MetricAlarms).toEqual([])
  })

  test('names a target group where it counts requests to one', async () => {
    await fleet.create(0)
    const put = (ResourceLabel: string) =>
      fleet.scaling.putScalingPolicy({
        ...tracking,
        TargetTrackingConfiguration: {
          TargetValue: 9,
          PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget', ResourceLabel },
        },
      })
    expect(await refusal(put('web'))).toMatch(/^ValidationError/)
    await put('app/web/1f/targetgroup/blue/2e')
    const { MetricAlarms } = await watch.describeAlarms({})
    expect(MetricAlarms?.[0]?.Dimensions).toEqual([{ Name: 'TargetGroup', Value: 'targetgroup/blue/2e' }])
  })
})

describe('policies', () => {
  test('are described with every field that they were given, and with the alarms that name them', async () => {
    await fleet.create(0)
    const given = {
      ...out,
      AdjustmentType: 'PercentChangeInCapacity',
      MinAdjustmentMagnitude: 2,
      MetricAggregationType: 'Maximum',
      EstimatedInstanceWarmup: 90,
      StepAdjustments: steps,
      Enabled: false,
    }
    const { PolicyARN = '' } = await fleet.scaling.putScalingPolicy(given)
    expect(PolicyARN).toMatch(
      /^arn:aws:autoscaling:eu-west-1:\d{12}:scalingPolicy:[0-9a-f-]{36}:autoScalingGroupName\/web:policyName\/out$/,
    )
    await alarm(undefined, { AlarmActions: [], OKActions: [PolicyARN] })
    const { ScalingPolicies } = await fleet.scaling.describePolicies({ ...web, PolicyNames: [PolicyARN] })
    const AlarmARN = expect.stringMatching(/^arn:aws:cloudwatch:eu-west-1:\d{12}:alarm:busy$/)
    expect(ScalingPolicies).toEqual([{ ...given, PolicyARN, Alarms: [{ AlarmName: 'busy', AlarmARN }] }])
    const none = await fleet.scaling.describePolicies({ ...web, PolicyTypes: ['SimpleScaling'] })
    expect(none.ScalingPolicies).toEqual([])
  })

  test('go alone when deleted, and with their alarms when the group is', async () => {
    await fleet.create(0)
    const { PolicyARN } = await fleet.scaling.putScalingPolicy({ ...out, StepAdjustments: steps })
    await alarm(PolicyARN)
    await fleet.scaling.deletePolicy({ ...web, PolicyName: 'out' })
    expect((await watch.describeAlarms({})).MetricAlarms?.[0]?.AlarmActions).toEqual([])

    const again = await fleet.scaling.putScalingPolicy({ ...out, StepAdjustments: steps })
    expect(again.PolicyARN).not.toBe(PolicyARN)
    await alarm(again.PolicyARN)
    const topic = 'arn:aws:sns:eu-west-1:123456789012:page'
    await alarm(again.PolicyARN, { AlarmName: 'other', OKActions: [topic] })
    await fleet.scaling.deleteAutoScalingGroup(web)
    const { MetricAlarms } = await watch.describeAlarms({})
    expect(MetricAlarms?.map(({ AlarmName, AlarmActions }) => [AlarmName, AlarmActions])).toEqual([
      ['other', []],
    ])
    expect((await fleet.scaling.describePolicies({})).ScalingPolicies).toEqual([])
  })

  test.each([
    ['no type of adjustment', { AdjustmentType: undefined }],
    ['an unknown one', { AdjustmentType: 'Double' }],
    ['no steps', { StepAdjustments: [] }],
    ['a gap', { StepAdjustments: [steps[0], { MetricIntervalLowerBound: 11, ScalingAdjustment: 2 }] }],
    ['an overlap', { StepAdjustments: [steps[0], { MetricIntervalLowerBound: 9, ScalingAdjustment: 2 }] }],
    ['an end above', { StepAdjustments: [steps[0]] }],
    ['a step without bounds', { StepAdjustments: [{ ScalingAdjustment: 1 }] }],
    ['a cooldown', { StepAdjustments: steps, Cooldown: 60 }],
    ['a least magnitude of no percentage', { StepAdjustments: steps, MinAdjustmentMagnitude: 1 }],
  ])('with %s are refused', async (_case, changes) => {
    await fleet.create(0)
    expect(await refusal(fleet.scaling.putScalingPolicy({ ...out, ...changes } as typeof out))).toMatch(
      /^ValidationError/,
    )
  })
})
