import { CloudWatch, type PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import type { Counterparts } from '@viridian/aws'
import type { UndoReport } from '@viridian/core'
import { type FleetCloud, openFleetCloud } from '../../../aws/src/testing/fleet-cloud.ts'
import { cloudWatch } from '../index.ts'

export const alarms = cloudWatch()

export const topic = 'arn:aws:sns:eu-west-1:123456789012:page'
export const group = { Name: 'AutoScalingGroupName', Value: 'web' }
export const balancer = { Name: 'LoadBalancerName', Value: 'web' }
export const green = { Name: 'AutoScalingGroupName', Value: 'green' }
export const judged = {
  EvaluationPeriods: 3,
  Threshold: 0,
  ComparisonOperator: 'GreaterThanThreshold',
} as const
export const busy = {
  Namespace: 'AWS/EC2',
  MetricName: 'CPUUtilization',
  Statistic: 'Average',
  Period: 60,
} as const

export const mathsOf = (first: string): PutMetricAlarmInput['Metrics'] => [
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

export function changeOf(name: string) {
  const step = alarms.steps?.find((each) => each.name === `aws-cloudwatch/${name}`)
  if (step?.kind !== 'change') throw new Error(`no change ${name}`)
  return step
}

/** A cloud with the group `web`, and `green` to be its replica, for alarms to watch. */
export class AlarmBench {
  readonly cloud: FleetCloud
  readonly watch: CloudWatch
  readonly counterparts: Counterparts
  /** The policies of blue, by name. */
  readonly policies: Readonly<Record<string, string>>
  #tokens = 0

  private constructor(
    cloud: FleetCloud,
    watch: CloudWatch,
    blue: Record<string, string>,
    copies: Record<string, string>,
  ) {
    this.cloud = cloud
    this.watch = watch
    this.policies = blue
    this.counterparts = {
      groups: { web: 'green' },
      balancers: { web: 'web-2' },
      policies: Object.fromEntries(Object.entries(blue).map(([name, arn]) => [arn, copies[name] ?? ''])),
    }
  }

  static async open(): Promise<AlarmBench> {
    const cloud = await openFleetCloud()
    await cloud.scaling.createAutoScalingGroup({
      AutoScalingGroupName: 'green',
      LaunchConfigurationName: 'web-lc',
      MinSize: 0,
      MaxSize: 4,
      AvailabilityZones: ['eu-west-1a'],
    })
    const policies = [await makePolicies(cloud, 'web'), await makePolicies(cloud, 'green')] as const
    return new AlarmBench(cloud, new CloudWatch(cloud.settings), ...policies)
  }

  /** @returns the emulator's own faults, of which there should be none */
  async close(): Promise<readonly unknown[]> {
    this.watch.destroy()
    await this.cloud.close()
    return this.cloud.reports
  }

  async clear(): Promise<void> {
    const names = Object.keys(await this.described())
    for (let from = 0; from < names.length; from += 100)
      await this.watch.deleteAlarms({ AlarmNames: names.slice(from, from + 100) })
  }

  async put(...made: PutMetricAlarmInput[]): Promise<void> {
    for (const alarm of made) await this.watch.putMetricAlarm(alarm)
  }

  /** Five alarms that concern the group `web` or its balancer, each in another way. */
  fleetAlarms(): PutMetricAlarmInput[] {
    return [
      {
        ...judged,
        ...busy,
        AlarmName: 'web-busy',
        AlarmDescription: 'web is busy',
        Dimensions: [group],
        AlarmActions: [this.policies.out ?? '', topic],
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
        InsufficientDataActions: [this.policies.in ?? ''],
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
  }

  /** Takes a change by itself; what it gives undoes it, as often as it is called. */
  async taken(name: string, input: unknown): Promise<() => Promise<UndoReport | undefined>> {
    const step = changeOf(name)
    const c = this.cloud.context()
    this.#tokens += 1
    const token = `20261123-154233-k3f9-once${this.#tokens}`
    const cc = { ...c, before: await step.before(input, c), token }
    const output = await step.run(input, cc)
    return () => step.undo(input, { ...cc, output })
  }

  /** Every alarm by name, with its tags, and without what time makes of it. */
  async described(): Promise<Record<string, object>> {
    const all: Record<string, object> = {}
    let NextToken: string | undefined
    do {
      const page = await this.watch.describeAlarms({ NextToken, MaxRecords: 100 })
      for (const alarm of page.MetricAlarms ?? []) {
        const { Tags = [] } = await this.watch.listTagsForResource({ ResourceARN: alarm.AlarmArn })
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
}

async function makePolicies(
  cloud: FleetCloud,
  AutoScalingGroupName: string,
): Promise<Record<string, string>> {
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
