import { CloudWatch, MetricAlarm$, type PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import type { Counterparts } from '@viridian/aws'
import type { UndoReport } from '@viridian/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud } from '../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { alarmFates } from './fates.ts'
import { cloudWatch } from './index.ts'

const alarms = cloudWatch()
let cloud: FleetCloud
let watch: CloudWatch
let counterparts: Counterparts
/** The policies of blue, by name. */
let policies: Record<string, string>

beforeAll(async () => {
  cloud = await openFleetCloud()
  watch = new CloudWatch(cloud.settings)
  await cloud.scaling.createAutoScalingGroup({
    AutoScalingGroupName: 'green',
    LaunchConfigurationName: 'web-lc',
    MinSize: 0,
    MaxSize: 4,
    AvailabilityZones: ['eu-west-1a'],
  })
  policies = await makePolicies('web')
  const copies = await makePolicies('green')
  counterparts = {
    groups: { web: 'green' },
    balancers: { web: 'web-2' },
    policies: Object.fromEntries(Object.entries(policies).map(([name, arn]) => [arn, copies[name] ?? ''])),
  }
})

afterAll(async () => {
  watch.destroy()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

beforeEach(async () => {
  const names = Object.keys(await described())
  for (let from = 0; from < names.length; from += 100)
    await watch.deleteAlarms({ AlarmNames: names.slice(from, from + 100) })
})

async function makePolicies(AutoScalingGroupName: string): Promise<Record<string, string>> {
  const policy = { AutoScalingGroupName, AdjustmentType: 'ChangeInCapacity' }
  const made: Record<string, string> = {}
  for (const [PolicyName, ScalingAdjustment] of [['out', 1] as const, ['in', -1] as const]) {
    const { PolicyARN = '' } = await cloud.scaling.putScalingPolicy({
      ...policy,
      PolicyName,
      ScalingAdjustment,
    })
    made[PolicyName] = PolicyARN
  }
  return made
}

const topic = 'arn:aws:sns:eu-west-1:123456789012:page'
const group = { Name: 'AutoScalingGroupName', Value: 'web' }
const balancer = { Name: 'LoadBalancerName', Value: 'web' }
const green = { Name: 'AutoScalingGroupName', Value: 'green' }
const judged = { EvaluationPeriods: 3, Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' } as const
const busy = { Namespace: 'AWS/EC2', MetricName: 'CPUUtilization', Statistic: 'Average', Period: 60 } as const

const mathsOf = (first: string): PutMetricAlarmInput['Metrics'] => [
  { Id: 'share', Expression: '100 * errors / web', Label: 'share', ReturnData: true },
  ...['errors', 'web'].map((Id) => ({
    Id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/ELB',
        MetricName: Id === 'web' ? 'RequestCount' : 'HTTPCode_Backend_5XX',
        Dimensions: [
          { Name: 'AvailabilityZone', Value: 'eu-west-1a' },
          { Name: 'LoadBalancerName', Value: first },
        ],
      },
      Period: 300,
      Stat: 'Sum',
      Unit: 'Count' as const,
    },
    ReturnData: false,
  })),
]

/** Five alarms that concern the group `web` or its balancer, each in another way. */
const fleetAlarms = (): PutMetricAlarmInput[] => [
  {
    ...judged,
    ...busy,
    AlarmName: 'web-busy',
    AlarmDescription: 'web is busy',
    Dimensions: [group],
    AlarmActions: [policies.out ?? '', topic],
    OKActions: [topic],
    DatapointsToAlarm: 2,
    Threshold: 70.5,
    TreatMissingData: 'breaching',
    Unit: 'Percent',
    Tags: [
      { Key: 'team', Value: 'shop' },
      { Key: 'viridian:run', Value: 'an earlier one' },
    ],
  },
  {
    ...judged,
    AlarmName: 'web-slow',
    ActionsEnabled: false,
    Namespace: 'AWS/ELB',
    MetricName: 'Latency',
    Dimensions: [balancer, { Name: 'AvailabilityZone', Value: 'eu-west-1a' }],
    ExtendedStatistic: 'p99',
    EvaluateLowSampleCountPercentile: 'ignore',
    Period: 300,
  },
  { ...judged, AlarmName: 'web-errors', Metrics: mathsOf('web'), AlarmActions: [topic] },
  {
    ...judged,
    AlarmName: 'web-queue',
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: 'web' }],
    Statistic: 'Maximum',
    Period: 60,
    InsufficientDataActions: [policies.in ?? ''],
  },
  {
    AlarmName: 'web-odd',
    EvaluationPeriods: 2,
    ComparisonOperator: 'GreaterThanUpperThreshold',
    ThresholdMetricId: 'band',
    Metrics: [
      {
        Id: 'cpu',
        MetricStat: {
          Metric: { Namespace: 'AWS/EC2', MetricName: 'CPUUtilization', Dimensions: [group] },
          Period: 60,
          Stat: 'Average',
        },
        ReturnData: true,
      },
      { Id: 'band', Expression: 'ANOMALY_DETECTION_BAND(cpu, 2)', ReturnData: true },
    ],
  },
]

const put = async (...made: PutMetricAlarmInput[]): Promise<void> => {
  for (const alarm of made) await watch.putMetricAlarm(alarm)
}

function changeOf(name: string) {
  const step = alarms.steps?.find((each) => each.name === `aws-cloudwatch/${name}`)
  if (step?.kind !== 'change') throw new Error(`no change ${name}`)
  return step
}

let tokens = 0

/** Takes a change by itself; what it gives undoes it, as often as it is called. */
async function taken(name: string, input: unknown): Promise<() => Promise<UndoReport | undefined>> {
  const step = changeOf(name)
  const c = cloud.context()
  tokens += 1
  const cc = { ...c, before: await step.before(input, c), token: `20261123-154233-k3f9-once${tokens}` }
  const output = await step.run(input, cc)
  return () => step.undo(input, { ...cc, output })
}

/** Every alarm by name, with its tags, and without what time makes of it. */
async function described(): Promise<Record<string, object>> {
  const all: Record<string, object> = {}
  let NextToken: string | undefined
  do {
    const page = await watch.describeAlarms({ NextToken, MaxRecords: 100 })
    for (const alarm of page.MetricAlarms ?? []) {
      const { Tags = [] } = await watch.listTagsForResource({ ResourceARN: alarm.AlarmArn })
      const settings = Object.entries(alarm).filter(
        ([member]) => !/^(State|AlarmArn|.*Timestamp)/.test(member),
      )
      all[alarm.AlarmName ?? ''] = {
        ...Object.fromEntries(settings),
        Tags: Object.fromEntries(Tags.map(({ Key = '', Value }) => [Key, Value])),
      }
    }
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return all
}

test('every member of an alarm is classified', () => {
  const [, , , , members] = MetricAlarm$
  const { Tags, ...classified } = alarmFates
  expect(Tags).toBe('copied')
  expect(Object.keys(classified).sort()).toEqual([...members].sort())
})

describe('a copy of the alarms of a fleet', () => {
  test('is exact but for what names the fleet, and its actions are off', async () => {
    await put(...fleetAlarms())
    const before = await described()
    const t = testSteps(cloud.context())
    const replica = await alarms.replicate(t, counterparts)
    expect(Object.keys(replica.alarms).sort()).toEqual([
      'web-busy',
      'web-errors',
      'web-odd',
      'web-queue',
      'web-slow',
    ])
    expect(replica.enabled).toHaveLength(4)
    expect(replica.enabled).not.toContain(replica.alarms['web-slow'])
    const after = await described()
    const copy = (name: string): unknown => after[replica.alarms[name] ?? '']
    const made = { 'viridian:run': t.runId, 'viridian:step': expect.stringContaining(t.runId) }
    const off = { ActionsEnabled: false, Tags: made }
    const named = (name: string) => ({ ...before[name], ...off, AlarmName: replica.alarms[name] })
    const greenPolicy = (name: string) => counterparts.policies[policies[name] ?? '']
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
    expect(await described()).toEqual(before)
  })

  test('takes over no alarm of target tracking, of another fleet, or on one instance', async () => {
    await put(
      { ...judged, ...busy, AlarmName: 'TargetTracking-web-AlarmHigh-1', Dimensions: [group] },
      { ...judged, ...busy, AlarmName: 'other', Dimensions: [{ ...group, Value: 'web-other' }] },
      { ...judged, ...busy, AlarmName: 'one', Dimensions: [{ Name: 'InstanceId', Value: 'i-1' }] },
      { ...judged, ...busy, AlarmName: 'all', AlarmActions: [topic] },
    )
    const replica = await alarms.replicate(testSteps(cloud.context()), counterparts)
    expect(replica).toEqual({ alarms: {}, enabled: [] })
  })

  test('finds alarms on every page', async () => {
    const [first, ...rest] = fleetAlarms()
    await put(...rest.slice(0, 1), { ...first, AlarmName: 'a-busy' })
    const others = Array.from({ length: 101 }, (_, index) => ({
      ...judged,
      ...busy,
      AlarmName: `other-${index}`,
    }))
    await put(...others)
    const names = await alarms.concerning(testSteps(cloud.context()), { groups: ['web'], balancers: ['web'] })
    expect(names).toEqual(['a-busy', 'web-slow'])
  })

  test('is found when its answer was lost', async () => {
    await put(...fleetAlarms().slice(0, 1))
    await cloud.fail([
      { operation: 'PutMetricAlarm', kind: 'lose' },
      { operation: 'PutMetricAlarm', kind: 'refuse', status: 400 },
    ])
    const t = testSteps(cloud.context())
    const { alarms: made } = await alarms.replicate(t, counterparts)
    const [name = ''] = Object.values(made)
    expect(await described()).toMatchObject({ [name]: { Tags: { team: 'shop' } } })
    await cloud.lose('DeleteAlarms')
    expect(await t.undo()).toEqual([undefined])
    expect(Object.keys(await described())).toEqual(['web-busy'])
  })

  test('is not reported as made when it was refused', async () => {
    await put(...fleetAlarms().slice(0, 1))
    await cloud.fail([{ operation: 'PutMetricAlarm', kind: 'refuse', status: 400 }])
    await expect(alarms.replicate(testSteps(cloud.context()), counterparts)).rejects.toMatchObject({
      code: 'E_AWS_REFUSED',
    })
  }, 20_000)

  test('is undone twice, and left alone when it is somebody else’s by then', async () => {
    await put(...fleetAlarms().slice(0, 1))
    const input = { from: 'web-busy', counterparts }
    const undo = await taken('copy-alarm', input)
    expect(await undo()).toBeUndefined()
    expect(await undo()).toBeUndefined()
    expect(Object.keys(await described())).toEqual(['web-busy'])
    const other = await taken('copy-alarm', input)
    const [name = ''] = Object.keys(await described()).filter((each) => each !== 'web-busy')
    const { MetricAlarms: [alarm] = [] } = await watch.describeAlarms({ AlarmNames: [name] })
    await watch.untagResource({ ResourceARN: alarm?.AlarmArn, TagKeys: ['viridian:step'] })
    expect(await other()).toEqual({ leftAlone: `alarm ${name}: it does not carry this run's tag any more` })
    expect(Object.keys(await described())).toContain(name)
  })

  test('is refused where its name is taken', async () => {
    await put(...fleetAlarms().slice(0, 1))
    const t = testSteps(cloud.context())
    const { alarms: made } = await alarms.replicate(t, counterparts)
    const name = made['web-busy'] ?? ''
    const token = name.replace('web-busy--', '')
    await watch.deleteAlarms({ AlarmNames: [name] })
    await put({ ...judged, ...busy, AlarmName: name })
    const copy = changeOf('copy-alarm')
    const c = { ...cloud.context(), before: null, token }
    const input = { from: 'web-busy', counterparts }
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
    await put(search('found', text.replace('"web"', '"web-other"')), search('ids', 'web + 1'))
    await alarms.replicate(testSteps(cloud.context()), counterparts)
    await put(search('searched', text))
    await expect(alarms.replicate(testSteps(cloud.context()), counterparts)).rejects.toMatchObject({
      code: 'E_ALARM_UNSUPPORTED',
      message: expect.stringContaining('alarm searched names the fleet'),
    })
  })

  test('is refused for an alarm that acts by a policy without a copy', async () => {
    await put(...fleetAlarms().slice(0, 1))
    const copying = alarms.replicate(testSteps(cloud.context()), { ...counterparts, policies: {} })
    await expect(copying).rejects.toMatchObject({ code: 'E_POLICY_UNMATCHED' })
    expect(Object.keys(await described())).toEqual(['web-busy'])
  })
})

describe('comparing', () => {
  test('says what differs as it must, before and after the copies act', async () => {
    await put(...fleetAlarms())
    const c = cloud.context()
    const t = testSteps(c)
    const replica = await alarms.replicate(t, counterparts)
    await alarms.compare(t, counterparts, replica)
    const said = c.events.filter(({ kind }) => kind === 'replica.compared')
    expect(said).toHaveLength(5)
    expect(said.flatMap(({ text = [] }) => text)).toContainEqual(
      expect.stringMatching(/^Compared alarm web-queue .*InsufficientDataActions.* differ, as they must$/),
    )
    await alarms.enable(t, replica.enabled)
    await alarms.compare(t, counterparts, replica)
  })

  test.each([
    ['a threshold', { Threshold: 71 }, 'alarm web-busy: Threshold is 71, and should be 70.5'],
    ['an unset member', { TreatMissingData: undefined }, 'TreatMissingData is none'],
    ['a dimension of the original', { Dimensions: [group] }, 'alarm web-busy: Dimensions is'],
    ['an action too many', { InsufficientDataActions: [topic] }, 'InsufficientDataActions is'],
  ])('fails for %s', async (_, change, message) => {
    await put(...fleetAlarms().slice(0, 1))
    const t = testSteps(cloud.context())
    const replica = await alarms.replicate(t, counterparts)
    const [name = ''] = Object.values(replica.alarms)
    const { MetricAlarms: [copy] = [] } = await watch.describeAlarms({ AlarmNames: [name] })
    const { AlarmName: _name, ...settings } = copy ?? {}
    await put({ ...settings, ...change, AlarmName: name })
    await expect(alarms.compare(t, counterparts, replica)).rejects.toMatchObject({
      code: 'E_REPLICA_DIFFERS',
      message: expect.stringContaining(message),
    })
  })

  test('fails for actions that are on where the original’s were off, and for another tag', async () => {
    await put(...fleetAlarms().slice(0, 2))
    const t = testSteps(cloud.context())
    const replica = await alarms.replicate(t, counterparts)
    await watch.enableAlarmActions({ AlarmNames: Object.values(replica.alarms) })
    await expect(alarms.compare(t, counterparts, replica)).rejects.toMatchObject({
      message: 'alarm web-slow: ActionsEnabled is true, and should be false',
    })
    await watch.disableAlarmActions({ AlarmNames: Object.values(replica.alarms) })
    const { MetricAlarms: [copy] = [] } = await watch.describeAlarms({
      AlarmNames: [replica.alarms['web-busy'] ?? ''],
    })
    await watch.tagResource({ ResourceARN: copy?.AlarmArn, Tags: [{ Key: 'team', Value: 'other' }] })
    await expect(alarms.compare(t, counterparts, replica)).rejects.toMatchObject({
      message: expect.stringContaining('alarm web-busy: Tags is'),
    })
  })
})

describe('switching actions', () => {
  const enabled = async (): Promise<string[]> => {
    const { MetricAlarms = [] } = await watch.describeAlarms({})
    return MetricAlarms.filter(({ ActionsEnabled }) => ActionsEnabled).map(({ AlarmName = '' }) => AlarmName)
  }

  test.each([
    ['on', 'EnableAlarmActions', 'DisableAlarmActions'],
    ['off', 'DisableAlarmActions', 'EnableAlarmActions'],
  ])('turns them %s, and its undo back to what they were', async (way, forth, back) => {
    await put(...fleetAlarms().slice(0, 3))
    const names = ['web-busy', 'web-errors', 'web-slow']
    const t = testSteps(cloud.context())
    await cloud.fail([
      { operation: forth, kind: 'lose' },
      { operation: forth, kind: 'refuse', status: 400 },
    ])
    await (way === 'on' ? alarms.enable : alarms.disable)(t, names)
    expect(await enabled()).toEqual(way === 'on' ? names : [])
    await cloud.lose(back)
    await t.undo()
    expect(await enabled()).toEqual(['web-busy', 'web-errors'])
  })

  test.each(['enable-alarms', 'disable-alarms'])('by %s is undone twice', async (step) => {
    await put(...fleetAlarms().slice(0, 3))
    const undo = await taken(step, { names: ['web-busy', 'web-errors', 'web-slow'] })
    for (const _ of [1, 2]) {
      await undo()
      expect(await enabled()).toEqual(['web-busy', 'web-errors'])
    }
  })

  test('leaves alone what was deleted or switched since', async () => {
    await put(...fleetAlarms().slice(0, 3))
    const t = testSteps(cloud.context())
    await alarms.disable(t, ['web-busy', 'web-errors', 'gone'])
    await watch.deleteAlarms({ AlarmNames: ['web-busy'] })
    await t.undo()
    expect(await enabled()).toEqual(['web-errors'])
  })

  test('takes as many calls as it needs', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `busy-${index}`)
    await put(...names.map((AlarmName) => ({ ...judged, ...busy, AlarmName })))
    const t = testSteps(cloud.context())
    await alarms.disable(t, names)
    expect(t.taken).toEqual(['disable the actions of 100 alarms', 'disable the actions of 1 alarm'])
    expect(await enabled()).toEqual([])
  })
})

describe('removing', () => {
  test('deletes the alarms of a fleet, and no others', async () => {
    const shared = mathsOf('web')?.map((query, index) =>
      index === 1 ? (mathsOf('web-2')?.[1] ?? query) : query,
    )
    await put(
      ...fleetAlarms(),
      { ...judged, ...busy, AlarmName: 'TargetTracking-web-AlarmHigh-1', Dimensions: [group] },
      { ...judged, AlarmName: 'both', Metrics: shared },
      {
        ...judged,
        ...busy,
        AlarmName: 'both-groups',
        Dimensions: [group],
        AlarmActions: [counterparts.policies[policies.out ?? ''] ?? ''],
      },
      { ...judged, ...busy, AlarmName: 'other', Dimensions: [green] },
    )
    const fleet = { groups: ['web'], balancers: ['web'] }
    const listed = await alarms.concerning(testSteps(cloud.context()), fleet)
    await cloud.lose('DeleteAlarms')
    const t = testSteps(cloud.context())
    const names = ['web-busy', 'web-errors', 'web-odd', 'web-queue', 'web-slow']
    expect(await alarms.remove(t, fleet)).toEqual(names)
    expect(listed).toEqual(names)
    expect(Object.keys(await described())).toEqual([
      'TargetTracking-web-AlarmHigh-1',
      'both',
      'both-groups',
      'other',
    ])
    expect(await t.undo()).toEqual([
      { leftAlone: `${names.join(', ')}: a deleted alarm cannot be brought back` },
    ])
    expect(await alarms.remove(t, fleet)).toEqual([])
  })
})
