import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  EnableMetricsCollectionCommand,
  PutLifecycleHookCommand,
  PutNotificationConfigurationCommand,
  PutScalingPolicyCommand,
  PutScheduledUpdateGroupActionCommand,
  SetInstanceHealthCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch'
import {
  AddTagsCommand,
  ConfigureHealthCheckCommand,
  CreateLBCookieStickinessPolicyCommand,
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingClient,
  ModifyLoadBalancerAttributesCommand,
  RegisterInstancesWithLoadBalancerCommand,
  SetLoadBalancerPoliciesOfListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing'
import type { AliasTarget } from '@aws-sdk/client-route-53'
import type { CloudStatus } from '../project.ts'

export interface GroupRequest {
  readonly size: number
  readonly max?: number
  readonly loadBalancers?: readonly string[]
  /** By ARN. They judge the group's instances. */
  readonly targetGroups?: readonly string[]
}

/** Other fleets in the account than the one that the local cloud begins with: built by Amazon's own SDK. */
export class Fleets {
  readonly #autoScaling: AutoScalingClient
  readonly #balancers: ElasticLoadBalancingClient
  readonly #watch: CloudWatchClient

  constructor({ endpoint, region, accessKeyId, secretAccessKey }: CloudStatus) {
    const configuration = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
    this.#autoScaling = new AutoScalingClient(configuration)
    this.#balancers = new ElasticLoadBalancingClient(configuration)
    this.#watch = new CloudWatchClient(configuration)
  }

  /** A group that launches what the seeded group launched at first, without a balancer unless one is named. */
  async create(
    name: string,
    { size, max = size, loadBalancers = [], targetGroups = [] }: GroupRequest,
  ): Promise<void> {
    const seeded = await this.#group('web')
    await this.#autoScaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        LaunchConfigurationName: 'web-v1',
        MinSize: 0,
        MaxSize: max,
        DesiredCapacity: size,
        VPCZoneIdentifier: seeded.VPCZoneIdentifier,
        LoadBalancerNames: [...loadBalancers],
        TargetGroupARNs: [...targetGroups],
        ...(targetGroups.length > 0
          ? { HealthCheckType: 'ELB', HealthCheckGracePeriod: 120 }
          : { HealthCheckType: 'EC2' }),
      }),
    )
  }

  /** The ids of a group's instances in service. */
  async inService(group: string): Promise<string[]> {
    const { Instances = [] } = await this.#group(group)
    return Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').map(
      ({ InstanceId = '' }) => InstanceId,
    )
  }

  /** A balancer of its own name, with these instances behind it. */
  async balance(name: string, port: number, ids: readonly string[]): Promise<void> {
    await this.createBalancer(name, port)
    const Instances = ids.map((InstanceId) => ({ InstanceId }))
    await this.#balancers.send(
      new RegisterInstancesWithLoadBalancerCommand({ LoadBalancerName: name, Instances }),
    )
  }

  /** A balancer of its own name, with nothing behind it. */
  async createBalancer(name: string, port: number, Protocol = 'HTTP'): Promise<void> {
    const Listeners = [{ Protocol, LoadBalancerPort: port, InstanceProtocol: Protocol, InstancePort: 8080 }]
    await this.#balancers.send(
      new CreateLoadBalancerCommand({
        LoadBalancerName: name,
        Listeners,
        AvailabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
      }),
    )
    const HealthCheck = {
      Target: 'HTTP:8080/health',
      Interval: 5,
      Timeout: 2,
      HealthyThreshold: 2,
      UnhealthyThreshold: 2,
    }
    await this.#balancers.send(new ConfigureHealthCheckCommand({ LoadBalancerName: name, HealthCheck }))
  }

  /** Gives a group something of each kind that a replica copies by a call of its own. */
  async equip(group: string): Promise<void> {
    const AutoScalingGroupName = group
    const { PolicyARN = '' } = await this.#autoScaling.send(
      new PutScalingPolicyCommand({
        AutoScalingGroupName,
        PolicyName: 'out',
        AdjustmentType: 'ChangeInCapacity',
        ScalingAdjustment: 1,
        Cooldown: 120,
      }),
    )
    await this.#watch.send(
      new PutMetricAlarmCommand({
        AlarmName: `${group}-busy`,
        AlarmActions: [PolicyARN],
        Namespace: 'AWS/EC2',
        MetricName: 'CPUUtilization',
        Dimensions: [{ Name: 'AutoScalingGroupName', Value: group }],
        Statistic: 'Average',
        Period: 60,
        EvaluationPeriods: 2,
        Threshold: 80,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    )
    await this.#autoScaling.send(
      new PutScheduledUpdateGroupActionCommand({
        AutoScalingGroupName,
        ScheduledActionName: 'new-year',
        Recurrence: '0 0 1 1 *',
        MinSize: 1,
        MaxSize: 3,
      }),
    )
    await this.#autoScaling.send(
      new PutNotificationConfigurationCommand({
        AutoScalingGroupName,
        TopicARN: 'arn:aws:sns:us-east-1:000000000000:fleets',
        NotificationTypes: ['autoscaling:EC2_INSTANCE_LAUNCH_ERROR'],
      }),
    )
    await this.#autoScaling.send(
      new EnableMetricsCollectionCommand({
        AutoScalingGroupName,
        Metrics: ['GroupInServiceInstances'],
        Granularity: '1Minute',
      }),
    )
    await this.#autoScaling.send(
      new PutLifecycleHookCommand({
        AutoScalingGroupName,
        LifecycleHookName: 'drain',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: 30,
        DefaultResult: 'CONTINUE',
      }),
    )
  }

  /** Has an alarm watch a classic balancer, for people to see: it does nothing by itself. */
  async alarm(AlarmName: string, balancer: string): Promise<void> {
    await this.#watch.send(
      new PutMetricAlarmCommand({
        AlarmName,
        Namespace: 'AWS/ELB',
        MetricName: 'HTTPCode_Backend_5XX',
        Dimensions: [{ Name: 'LoadBalancerName', Value: balancer }],
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 10,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    )
  }

  /** Gives a classic balancer what a replica copies by a call of its own. */
  async stick(balancer: string): Promise<void> {
    const policy = { LoadBalancerName: balancer, PolicyName: 'sticky' }
    await this.#balancers.send(
      new CreateLBCookieStickinessPolicyCommand({ ...policy, CookieExpirationPeriod: 60 }),
    )
    await this.#balancers.send(
      new SetLoadBalancerPoliciesOfListenerCommand({
        LoadBalancerName: balancer,
        LoadBalancerPort: 8080,
        PolicyNames: [policy.PolicyName],
      }),
    )
    await this.#balancers.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerName: balancer,
        LoadBalancerAttributes: { ConnectionSettings: { IdleTimeout: 45 } },
      }),
    )
    await this.#balancers.send(
      new AddTagsCommand({ LoadBalancerNames: [balancer], Tags: [{ Key: 'team', Value: 'shop' }] }),
    )
  }

  async deleteBalancer(LoadBalancerName: string): Promise<void> {
    await this.#balancers.send(new DeleteLoadBalancerCommand({ LoadBalancerName }))
  }

  /** A balancer as the record of a name names it. */
  async aliasOf(balancer: string): Promise<AliasTarget> {
    const { LoadBalancerDescriptions: [found] = [] } = await this.#balancers.send(
      new DescribeLoadBalancersCommand({ LoadBalancerNames: [balancer] }),
    )
    return {
      DNSName: found?.DNSName,
      HostedZoneId: found?.CanonicalHostedZoneNameID,
      EvaluateTargetHealth: false,
    }
  }

  /** Makes an instance unhealthy in the eyes of its group, which must not replace it. */
  async sicken(group: string, InstanceId: string): Promise<void> {
    await this.#autoScaling.send(
      new SuspendProcessesCommand({
        AutoScalingGroupName: group,
        ScalingProcesses: ['ReplaceUnhealthy', 'HealthCheck'],
      }),
    )
    await this.#autoScaling.send(new SetInstanceHealthCommand({ InstanceId, HealthStatus: 'Unhealthy' }))
  }

  /** Scales a group to nothing. */
  async empty(AutoScalingGroupName: string): Promise<void> {
    await this.#autoScaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, MinSize: 0, DesiredCapacity: 0 }),
    )
  }

  async #group(name: string) {
    const { AutoScalingGroups: [group] = [] } = await this.#autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
    )
    if (!group) throw new Error(`there is no group ${name}`)
    return group
  }
}
