import { expect, test } from 'vitest'
import { until } from '../../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../../aws/src/testing/test-steps.ts'
import { fleets } from '../testing/fleet-bench.ts'
import { replicaBench, told } from '../testing/replica-bench.ts'

const copying = replicaBench()
const { bench, replicated } = copying
const { groupOf, steps } = bench

test('its policies are of every kind, and name the copy', async () => {
  const dimensions = [
    { Name: 'AutoScalingGroupName', Value: 'web' },
    { Name: 'LoadBalancerName', Value: 'web' },
  ]
  const group = { AutoScalingGroupName: 'web' }
  await bench.cloud.scaling.putScalingPolicy({
    ...group,
    PolicyName: 'out',
    AdjustmentType: 'ChangeInCapacity',
    ScalingAdjustment: 1,
    Cooldown: 60,
  })
  await bench.cloud.scaling.putScalingPolicy({
    ...group,
    PolicyName: 'in',
    PolicyType: 'StepScaling',
    AdjustmentType: 'PercentChangeInCapacity',
    MinAdjustmentMagnitude: 1,
    StepAdjustments: [{ MetricIntervalUpperBound: 0, ScalingAdjustment: -10 }],
    EstimatedInstanceWarmup: 90,
  })
  await bench.cloud.scaling.putScalingPolicy({
    ...group,
    PolicyName: 'follow',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingConfiguration: {
      TargetValue: 60,
      DisableScaleIn: true,
      CustomizedMetricSpecification: {
        MetricName: 'mem_used_percent',
        Namespace: 'CWAgent',
        Statistic: 'Average',
        Dimensions: dimensions,
      },
    },
  })
  const policiesOf = async (AutoScalingGroupName: string) =>
    (await bench.cloud.scaling.describePolicies({ AutoScalingGroupName })).ScalingPolicies ?? []
  const arnsOf = (policies: readonly { PolicyARN?: string | undefined }[]): string[] =>
    policies.map(({ PolicyARN = '' }) => PolicyARN).sort()
  const originals = await policiesOf('web')

  const t = steps()
  await bench.cloud.lose('PutScalingPolicy')
  const { fleet, counterparts } = await replicated(t)
  const copies = await policiesOf(fleet.name)
  expect(Object.keys(counterparts.policies).sort()).toEqual(arnsOf(originals))
  expect(Object.values(counterparts.policies).sort()).toEqual(arnsOf(copies))
  const follow = copies.find(({ PolicyName }) => PolicyName === 'follow')
  expect(follow?.TargetTrackingConfiguration).toMatchObject({
    DisableScaleIn: true,
    CustomizedMetricSpecification: {
      Dimensions: [
        { Name: 'AutoScalingGroupName', Value: fleet.name },
        { Name: 'LoadBalancerName', Value: 'web-green' },
      ],
    },
  })
  const green = await fleets.fill(t, fleet, { like: copying.blue })
  await fleets.compare(t, copying.blue, green)
  await bench.cloud.scaling.deletePolicy({ AutoScalingGroupName: fleet.name, PolicyName: 'out' })
  await expect(fleets.compare(t, copying.blue, green)).rejects.toThrow(
    'scaling policy out: PolicyType is none',
  )

  await bench.cloud.lose('DeletePolicy')
  expect(told(await t.undo(2))).toEqual([])
  expect(await groupOf(fleet.name)).toBeUndefined()
  expect(arnsOf(await policiesOf('web'))).toEqual(arnsOf(originals))
  for (const { PolicyName = '' } of originals)
    await bench.cloud.scaling.deletePolicy({ ...group, PolicyName })
})

test('all that belongs to it is copied, but what is past', async () => {
  const group = { AutoScalingGroupName: 'web' }
  const soon = new Date(Date.now() + 1_500)
  for (const [ScheduledActionName, action] of Object.entries({
    nightly: { Recurrence: '0 22 * * *', TimeZone: 'Europe/Berlin', MinSize: 1 },
    sale: { StartTime: new Date(Date.now() + 86_400_000), MinSize: 1, MaxSize: 3, DesiredCapacity: 2 },
    missed: { StartTime: soon, MinSize: 1 },
  }))
    await bench.cloud.scaling.putScheduledUpdateGroupAction({ ...group, ScheduledActionName, ...action })
  const TopicARN = 'arn:aws:sns:eu-west-1:123456789012:fleet'
  const NotificationTypes = ['autoscaling:EC2_INSTANCE_LAUNCH', 'autoscaling:EC2_INSTANCE_TERMINATE']
  await bench.cloud.scaling.putNotificationConfiguration({ ...group, TopicARN, NotificationTypes })
  const Metrics = ['GroupTotalInstances']
  await bench.cloud.scaling.enableMetricsCollection({ ...group, Granularity: '1Minute', Metrics })
  await bench.cloud.scaling.putWarmPool({ ...group, MinSize: 1, PoolState: 'Stopped' })
  await until(async () => Date.now() > soon.getTime())

  const c = bench.cloud.context()
  const t = testSteps(c)
  await bench.cloud.lose('BatchPutScheduledUpdateGroupAction', 'PutNotificationConfiguration')
  await bench.cloud.lose('EnableMetricsCollection', 'PutWarmPool')
  const { fleet } = await replicated(t)
  expect(c.said).toContain('past, and not copied: missed')
  const green = await fleets.fill(t, fleet, { like: copying.blue })
  await fleets.compare(t, copying.blue, green)
  const named = { AutoScalingGroupName: fleet.name }
  const { ScheduledUpdateGroupActions = [] } = await bench.cloud.scaling.describeScheduledActions(named)
  expect(ScheduledUpdateGroupActions.map(({ ScheduledActionName }) => ScheduledActionName).sort()).toEqual([
    'nightly',
    'sale',
  ])
  expect(await groupOf(fleet.name)).toMatchObject({
    EnabledMetrics: [{ Metric: 'GroupTotalInstances', Granularity: '1Minute' }],
    WarmPoolConfiguration: { MinSize: 1, PoolState: 'Stopped' },
  })

  await bench.cloud.lose('BatchDeleteScheduledAction', 'DeleteWarmPool')
  expect(told(await t.undo(2))).toEqual([])
  expect(await groupOf(fleet.name)).toBeUndefined()
  for (const ScheduledActionName of ['nightly', 'sale', 'missed'])
    await bench.cloud.scaling.deleteScheduledAction({ ...group, ScheduledActionName })
  await bench.cloud.scaling.deleteWarmPool({ ...group, ForceDelete: true })
})
