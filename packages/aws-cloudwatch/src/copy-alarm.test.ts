import { MetricAlarm$, type PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { alarmFates } from './fates.ts'
import {
  AlarmBench,
  alarms,
  balancer,
  busy,
  changeOf,
  green,
  group,
  judged,
  mathsOf,
  topic,
} from './testing/alarm-bench.ts'

let bench: AlarmBench
beforeAll(async () => {
  bench = await AlarmBench.open()
})
afterAll(async () => expect(await bench.close()).toEqual([]))
beforeEach(() => bench.clear())

test('every member of an alarm is classified', () => {
  const [, , , , members] = MetricAlarm$
  const { Tags, ...classified } = alarmFates
  expect(Tags).toBe('copied')
  expect(Object.keys(classified).sort()).toEqual([...members].sort())
})

describe('a copy of the alarms of a fleet', () => {
  test('is exact but for what names the fleet, and its actions are off', async () => {
    await bench.put(...bench.fleetAlarms())
    const before = await bench.described()
    const t = testSteps(bench.cloud.context())
    const replica = await alarms.replicate(t, bench.counterparts)
    expect(Object.keys(replica.alarms).sort()).toEqual([
      'web-busy',
      'web-errors',
      'web-odd',
      'web-queue',
      'web-slow',
    ])
    expect(replica.enabled).toHaveLength(4)
    expect(replica.enabled).not.toContain(replica.alarms['web-slow'])
    const after = await bench.described()
    const copy = (name: string): unknown => after[replica.alarms[name] ?? '']
    const made = { 'viridian:run': t.runId, 'viridian:step': expect.stringContaining(t.runId) }
    const off = { ActionsEnabled: false, Tags: made }
    const named = (name: string) => ({ ...before[name], ...off, AlarmName: replica.alarms[name] })
    const greenPolicy = (name: string) => bench.counterparts.policies[bench.policies[name] ?? '']
    expect(copy('web-busy')).toEqual({
      ...named('web-busy'),
      Dimensions: [green],
      AlarmActions: [greenPolicy('out'), topic],
      Tags: { ...made, team: 'shop' },
    })
    expect(copy('web-slow')).toEqual({
      ...named('web-slow'),
      Dimensions: [
        { ...balancer, Value: 'web-2' },
        { Name: 'AvailabilityZone', Value: 'eu-west-1a' },
      ],
    })
    expect(copy('web-errors')).toEqual({ ...named('web-errors'), Metrics: mathsOf('web-2') })
    expect(copy('web-queue')).toEqual({
      ...named('web-queue'),
      InsufficientDataActions: [greenPolicy('in')],
    })
    expect(copy('web-odd')).toMatchObject({
      ...named('web-odd'),
      Metrics: [{ MetricStat: { Metric: { Dimensions: [green] } } }, { Id: 'band' }],
    })
    const reports = await t.undo()
    expect(reports.filter(Boolean)).toEqual([])
    expect(await bench.described()).toEqual(before)
  })

  test('takes over no alarm of target tracking, of another fleet, or on one instance', async () => {
    await bench.put(
      { ...judged, ...busy, AlarmName: 'TargetTracking-web-AlarmHigh-1', Dimensions: [group] },
      { ...judged, ...busy, AlarmName: 'other', Dimensions: [{ ...group, Value: 'web-other' }] },
      { ...judged, ...busy, AlarmName: 'one', Dimensions: [{ Name: 'InstanceId', Value: 'i-1' }] },
      { ...judged, ...busy, AlarmName: 'all', AlarmActions: [topic] },
    )
    const replica = await alarms.replicate(testSteps(bench.cloud.context()), bench.counterparts)
    expect(replica).toEqual({ alarms: {}, enabled: [] })
  })

  test('names what takes the place of a target group, and of the load balancer before it', async () => {
    const arn = (end: string): string => `arn:aws:elasticloadbalancing:eu-west-1:123456789012:${end}`
    const blue = { LoadBalancer: 'app/web/1', TargetGroup: 'targetgroup/web/2' }
    const dimensions = (named: object): { Name: string; Value: string }[] =>
      Object.entries(named).map(([Name, Value]) => ({ Name, Value }))
    const watching = { ...judged, Namespace: 'AWS/ApplicationELB', Statistic: 'Sum', Period: 60 } as const
    await bench.put(
      { ...watching, AlarmName: 'ill', MetricName: 'UnHealthyHostCount', Dimensions: dimensions(blue) },
      {
        ...watching,
        AlarmName: 'others',
        MetricName: 'UnHealthyHostCount',
        Dimensions: dimensions({ ...blue, TargetGroup: 'targetgroup/web/3' }),
      },
      {
        ...watching,
        AlarmName: 'text',
        MetricName: 'RequestCount',
        Dimensions: dimensions({ LoadBalancer: 'app/web-2/1' }),
      },
    )
    const balancers = {
      [arn('loadbalancer/app/web/1')]: arn('loadbalancer/app/web-green/3'),
      [arn('targetgroup/web/2')]: arn('targetgroup/web-green/4'),
    }
    const counterparts = { groups: {}, policies: {}, balancers }
    const t = testSteps(bench.cloud.context())
    const replica = await alarms.replicate(t, counterparts)
    expect(Object.keys(replica.alarms).sort()).toEqual(['ill', 'others'])
    const after = await bench.described()
    expect(after[replica.alarms.ill ?? '']).toMatchObject({
      Dimensions: dimensions({ LoadBalancer: 'app/web-green/3', TargetGroup: 'targetgroup/web-green/4' }),
    })
    await alarms.compare(t, counterparts, replica)
    const scope = { groups: [], balancers: Object.keys(balancers) }
    expect(await alarms.concerning(testSteps(bench.cloud.context()), scope)).toEqual(['ill'])
    await t.undo()
  })

  test('finds alarms on every page', async () => {
    const [first, ...rest] = bench.fleetAlarms()
    await bench.put(...rest.slice(0, 1), { ...first, AlarmName: 'a-busy' })
    const others = Array.from({ length: 101 }, (_, index) => ({
      ...judged,
      ...busy,
      AlarmName: `other-${index}`,
    }))
    await bench.put(...others)
    const names = await alarms.concerning(testSteps(bench.cloud.context()), {
      groups: ['web'],
      balancers: ['web'],
    })
    expect(names).toEqual(['a-busy', 'web-slow'])
  })

  test('is found when its answer was lost', async () => {
    await bench.put(...bench.fleetAlarms().slice(0, 1))
    await bench.cloud.fail([
      { operation: 'PutMetricAlarm', kind: 'lose' },
      { operation: 'PutMetricAlarm', kind: 'refuse', status: 400 },
    ])
    const t = testSteps(bench.cloud.context())
    const { alarms: made } = await alarms.replicate(t, bench.counterparts)
    const [name = ''] = Object.values(made)
    expect(await bench.described()).toMatchObject({ [name]: { Tags: { team: 'shop' } } })
    await bench.cloud.lose('DeleteAlarms')
    expect(await t.undo()).toEqual([undefined])
    expect(Object.keys(await bench.described())).toEqual(['web-busy'])
  })

  test('is not reported as made when it was refused', async () => {
    await bench.put(...bench.fleetAlarms().slice(0, 1))
    await bench.cloud.fail([{ operation: 'PutMetricAlarm', kind: 'refuse', status: 400 }])
    await expect(
      alarms.replicate(testSteps(bench.cloud.context()), bench.counterparts),
    ).rejects.toMatchObject({
      code: 'E_AWS_REFUSED',
    })
  }, 20_000)

  test('is undone twice, and left alone when it is somebody else’s by then', async () => {
    await bench.put(...bench.fleetAlarms().slice(0, 1))
    const input = { from: 'web-busy', counterparts: bench.counterparts }
    const undo = await bench.taken('copy-alarm', input)
    expect(await undo()).toBeUndefined()
    expect(await undo()).toBeUndefined()
    expect(Object.keys(await bench.described())).toEqual(['web-busy'])
    const other = await bench.taken('copy-alarm', input)
    const [name = ''] = Object.keys(await bench.described()).filter((each) => each !== 'web-busy')
    const { MetricAlarms: [alarm] = [] } = await bench.watch.describeAlarms({ AlarmNames: [name] })
    await bench.watch.untagResource({ ResourceARN: alarm?.AlarmArn, TagKeys: ['viridian:step'] })
    expect(await other()).toEqual({ leftAlone: `alarm ${name}: it does not carry this run's tag any more` })
    expect(Object.keys(await bench.described())).toContain(name)
  })

  test('is refused where its name is taken', async () => {
    await bench.put(...bench.fleetAlarms().slice(0, 1))
    const t = testSteps(bench.cloud.context())
    const { alarms: made } = await alarms.replicate(t, bench.counterparts)
    const name = made['web-busy'] ?? ''
    const token = name.replace('web-busy--', '')
    await bench.watch.deleteAlarms({ AlarmNames: [name] })
    await bench.put({ ...judged, ...busy, AlarmName: name })
    const copy = changeOf('copy-alarm')
    const c = { ...bench.cloud.context(), before: null, token }
    const input = { from: 'web-busy', counterparts: bench.counterparts }
    await expect(copy.run(input, c)).rejects.toMatchObject({ code: 'E_NAME_TAKEN', refused: true })
    expect(await copy.find(input, c)).toEqual({ status: 'absent' })
  })

  test('is refused for an alarm that names the fleet in the text of a query', async () => {
    const search = (name: string, Expression: string): PutMetricAlarmInput => ({
      ...judged,
      AlarmName: name,
      Metrics: [{ Id: 'web', Expression, ReturnData: true }],
    })
    const text = `MAX(SEARCH('{AWS/EC2,AutoScalingGroupName} MetricName="CPUUtilization" AutoScalingGroupName="web"', 'Average', 60))`
    await bench.put(search('found', text.replace('"web"', '"web-other"')), search('ids', 'web + 1'))
    await alarms.replicate(testSteps(bench.cloud.context()), bench.counterparts)
    await bench.put(search('searched', text))
    await expect(
      alarms.replicate(testSteps(bench.cloud.context()), bench.counterparts),
    ).rejects.toMatchObject({
      code: 'E_ALARM_UNSUPPORTED',
      message: expect.stringContaining('alarm searched names the fleet'),
    })
  })

  test('is refused for an alarm that acts by a policy without a copy', async () => {
    await bench.put(...bench.fleetAlarms().slice(0, 1))
    const copying = alarms.replicate(testSteps(bench.cloud.context()), {
      ...bench.counterparts,
      policies: {},
    })
    await expect(copying).rejects.toMatchObject({ code: 'E_POLICY_UNMATCHED' })
    expect(Object.keys(await bench.described())).toEqual(['web-busy'])
  })
})
