import {
  AutoScalingClient,
  DeleteScheduledActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
  PutScheduledUpdateGroupActionCommand,
  ResumeProcessesCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import { CloudWatchClient, DescribeAlarmsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch'
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  ChangeResourceRecordSetsCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53'
import { Balancers } from './balancers.ts'
import { GroupParts } from './group-parts.ts'
import type { CloudStatus } from './project.ts'

/** How to reach an account. */
export type Access = Pick<CloudStatus, 'endpoint' | 'region' | 'accessKeyId' | 'secretAccessKey'>

const rush = 'rush'

/** An account seen from outside: through Amazon's own SDK, without our plugins. */
export class Account {
  readonly #ec2: EC2Client
  readonly #autoScaling: AutoScalingClient
  readonly #parts: GroupParts
  readonly #balancers: Balancers
  readonly #names: Route53Client
  readonly #watch: CloudWatchClient

  constructor(access: Access) {
    const { endpoint, region, accessKeyId, secretAccessKey } = access
    const configuration = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
    this.#ec2 = new EC2Client(configuration)
    this.#autoScaling = new AutoScalingClient(configuration)
    this.#parts = new GroupParts(access)
    this.#balancers = new Balancers(access)
    this.#names = new Route53Client(configuration)
    this.#watch = new CloudWatchClient(configuration)
  }

  async instances() {
    const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] }]
    const { Reservations = [] } = await this.#ec2.send(new DescribeInstancesCommand({ Filters }))
    return Reservations.flatMap(({ Instances = [] }) => Instances).map((instance) => ({
      id: instance.InstanceId ?? '',
      image: instance.ImageId ?? '',
      kind: [instance.InstanceType, instance.InstanceLifecycle].join(' ').trim(),
      address: instance.PrivateIpAddress ?? '',
      state: instance.State?.Name,
      tags: tagsOf(instance.Tags),
    }))
  }

  async group(name: string) {
    const { AutoScalingGroups: [group] = [] } = await this.#autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
    )
    if (!group) throw new Error(`there is no group ${name}`)
    return {
      name,
      launchConfiguration: group.LaunchConfigurationName,
      launchTemplate:
        group.LaunchTemplate && `${group.LaunchTemplate.LaunchTemplateName}:${group.LaunchTemplate.Version}`,
      mixed: group.MixedInstancesPolicy,
      sizes: [group.MinSize, group.DesiredCapacity, group.MaxSize],
      grace: group.HealthCheckGracePeriod,
      replacement: [group.CapacityRebalance ?? false, group.MaxInstanceLifetime ?? 0],
      suspended: (group.SuspendedProcesses ?? []).map(({ ProcessName }) => ProcessName),
      tags: tagsOf(group.Tags),
      loadBalancers: group.LoadBalancerNames ?? [],
      targetGroups: group.TargetGroupARNs ?? [],
      settings: {
        cooldown: group.DefaultCooldown,
        healthCheck: group.HealthCheckType,
        subnets: group.VPCZoneIdentifier,
        metrics: group.EnabledMetrics,
        endsFirst: group.TerminationPolicies,
        protects: group.NewInstancesProtectedFromScaleIn,
      },
      instances: (group.Instances ?? [])
        .map(
          ({ InstanceId, LifecycleState, HealthStatus }) => `${InstanceId} ${LifecycleState} ${HealthStatus}`,
        )
        .sort(),
    }
  }

  async groupNames(): Promise<string[]> {
    const { AutoScalingGroups = [] } = await this.#autoScaling.send(new DescribeAutoScalingGroupsCommand({}))
    return AutoScalingGroups.map(({ AutoScalingGroupName = '' }) => AutoScalingGroupName)
  }

  async suspend(group: string, ...processes: string[]): Promise<void> {
    await this.#autoScaling.send(
      new SuspendProcessesCommand({ AutoScalingGroupName: group, ScalingProcesses: processes }),
    )
  }

  async setCooldown(group: string, seconds: number): Promise<void> {
    await this.#autoScaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: group, DefaultCooldown: seconds }),
    )
  }

  /** Lets a group replace Spot Instances at risk, and what has been in service for longer; 0: as long as it likes. */
  async replace(group: string, atRisk: boolean, afterSeconds: number): Promise<void> {
    await this.#autoScaling.send(
      new UpdateAutoScalingGroupCommand({
        ...{ AutoScalingGroupName: group, CapacityRebalance: atRisk, MaxInstanceLifetime: afterSeconds },
      }),
    )
  }

  async setAlarm(name: string, state: 'ALARM' | 'OK'): Promise<void> {
    await this.#watch.send(
      new SetAlarmStateCommand({ AlarmName: name, StateValue: state, StateReason: 'a test' }),
    )
  }

  /** Every alarm that acts goes off, and calms down again. */
  async ring(): Promise<void> {
    const acting = (await this.#alarms()).filter(({ ActionsEnabled }) => ActionsEnabled)
    for (const state of ['ALARM', 'OK'] as const)
      await Promise.all(acting.map(({ AlarmName = '' }) => this.setAlarm(AlarmName, state)))
  }

  async resume(group: string, ...processes: string[]): Promise<void> {
    await this.#autoScaling.send(
      new ResumeProcessesCommand({ AutoScalingGroupName: group, ScalingProcesses: processes }),
    )
  }

  async setDesired(group: string, size: number): Promise<void> {
    await this.#autoScaling.send(
      new SetDesiredCapacityCommand({ AutoScalingGroupName: group, DesiredCapacity: size }),
    )
  }

  /** Lets a group want so many from a moment on. */
  async schedule(group: string, at: Date, size: number): Promise<void> {
    await this.#autoScaling.send(
      new PutScheduledUpdateGroupActionCommand({
        ...{ AutoScalingGroupName: group, ScheduledActionName: rush },
        ...{ StartTime: at, DesiredCapacity: size },
      }),
    )
  }

  /** Takes back what `schedule` has planned, and the copies of it. */
  async unschedule(): Promise<void> {
    for (const { AutoScalingGroupName, ScheduledActionName } of await this.#parts.scheduled())
      if (ScheduledActionName === rush)
        await this.#autoScaling.send(
          new DeleteScheduledActionCommand({ AutoScalingGroupName, ScheduledActionName }),
        )
  }

  /** Makes an instance unhealthy in the eyes of its group. */
  async sicken(id: string): Promise<void> {
    const input = { InstanceId: id, HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: false }
    await this.#autoScaling.send(new SetInstanceHealthCommand(input))
  }

  async terminate(id: string): Promise<void> {
    await this.#ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
  }

  inService(balancer: string): Promise<string[]> {
    return this.#balancers.inService(balancer)
  }

  /** The target groups, with those of their instances that are sent users to. */
  targets() {
    return this.#balancers.targets()
  }

  /** Gives a name two weighted record sets. */
  async weigh(name: string): Promise<void> {
    const { HostedZones: [zone] = [] } = await this.#names.send(new ListHostedZonesCommand({}))
    const Changes = [1, 3].map((Weight) => ({
      Action: 'CREATE' as const,
      ResourceRecordSet: {
        ...{ Name: name, Type: 'A' as const, TTL: 60, Weight, SetIdentifier: `weight-${Weight}` },
        ResourceRecords: [{ Value: `192.0.2.${Weight}` }],
      },
    }))
    await this.#names.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: zone?.Id, ChangeBatch: { Changes } }),
    )
  }

  /** The instances in service behind the balancer that a name leads to. */
  async behind(name: string): Promise<string[]> {
    const target = (await this.#records())
      .flatMap((sets = []) => sets)
      .find(({ Name, Type }) => Type === 'A' && Name === `${name}.`)
      ?.AliasTarget?.DNSName?.toLowerCase()
      .replace(/^dualstack\.|\.$/g, '')
    return target === undefined ? [] : this.#balancers.behind(target)
  }

  /** Everything in the account that a deployment could change or leave behind. */
  async inventory() {
    const [instances, images, snapshots, configurations, groups] = await Promise.all([
      this.instances(),
      this.#ec2.send(new DescribeImagesCommand({ Owners: ['self'] })),
      this.#ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] })),
      this.#autoScaling.send(new DescribeLaunchConfigurationsCommand({})),
      this.#autoScaling.send(new DescribeAutoScalingGroupsCommand({})),
    ])
    return {
      instances: instances.sort((a, b) => a.id.localeCompare(b.id)),
      images: (images.Images ?? []).map(({ ImageId, State, Tags }) => ({ ImageId, State, Tags })),
      snapshots: (snapshots.Snapshots ?? []).map(({ SnapshotId, Tags }) => ({ SnapshotId, Tags })),
      configurations: (configurations.LaunchConfigurations ?? []).map(
        ({ LaunchConfigurationName }) => LaunchConfigurationName,
      ),
      groups: await Promise.all(
        (groups.AutoScalingGroups ?? []).map(({ AutoScalingGroupName = '' }) =>
          this.group(AutoScalingGroupName),
        ),
      ),
      balancers: await this.#balancers.classics(),
      policies: await this.#parts.policies(),
      hooks: await this.#parts.hooks(await this.groupNames()),
      scheduled: await this.#parts.scheduled(),
      fronts: await this.#balancers.fronts(),
      listeners: await this.#balancers.listeners(),
      rules: await this.#balancers.rules(),
      targetGroups: await this.#balancers.targetGroups(),
      templates: await this.templates(),
      records: await this.#records(),
      alarms: await this.#alarms(),
    }
  }

  /** Every version of every launch template: `web:1 default ami-1`. */
  async templates(): Promise<string[]> {
    const { LaunchTemplates = [] } = await this.#ec2.send(new DescribeLaunchTemplatesCommand({}))
    const answers = await Promise.all(
      LaunchTemplates.map(({ LaunchTemplateId }) =>
        this.#ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId })),
      ),
    )
    return answers
      .flatMap(({ LaunchTemplateVersions = [] }) => LaunchTemplateVersions)
      .map(
        (version) =>
          `${version.LaunchTemplateName}:${version.VersionNumber}${version.DefaultVersion ? ' default' : ''} ${version.LaunchTemplateData?.ImageId}`,
      )
      .sort()
  }

  async #alarms() {
    const { MetricAlarms = [] } = await this.#watch.send(new DescribeAlarmsCommand({}))
    return MetricAlarms.map((alarm) => ({
      AlarmName: alarm.AlarmName,
      ActionsEnabled: alarm.ActionsEnabled,
      AlarmActions: alarm.AlarmActions,
      OKActions: alarm.OKActions,
      Dimensions: alarm.Dimensions,
      MetricName: alarm.MetricName,
      Metrics: alarm.Metrics,
      Statistic: alarm.Statistic,
      Period: alarm.Period,
      EvaluationPeriods: alarm.EvaluationPeriods,
      Threshold: alarm.Threshold,
      ComparisonOperator: alarm.ComparisonOperator,
    }))
  }

  async #records() {
    const { HostedZones = [] } = await this.#names.send(new ListHostedZonesCommand({}))
    const sets = await Promise.all(
      HostedZones.map(({ Id }) => this.#names.send(new ListResourceRecordSetsCommand({ HostedZoneId: Id }))),
    )
    return sets.map(({ ResourceRecordSets }) => ResourceRecordSets)
  }
}

const tagsOf = (
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] = [],
): Record<string, string> => Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
