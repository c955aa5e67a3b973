import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  SetInstanceHealthCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import {
  ConfigureHealthCheckCommand,
  CreateLoadBalancerCommand,
  ElasticLoadBalancingClient,
  RegisterInstancesWithLoadBalancerCommand,
} from '@aws-sdk/client-elastic-load-balancing'
import type { CloudStatus } from '../project.ts'

export interface GroupRequest {
  readonly size: number
  readonly max?: number
}

/** Other fleets in the account than the one that the local cloud begins with: built by Amazon's own SDK. */
export class Fleets {
  readonly #autoScaling: AutoScalingClient
  readonly #balancers: ElasticLoadBalancingClient

  constructor({ endpoint, region, accessKeyId, secretAccessKey }: CloudStatus) {
    const configuration = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
    this.#autoScaling = new AutoScalingClient(configuration)
    this.#balancers = new ElasticLoadBalancingClient(configuration)
  }

  /** A group that launches what the seeded group launched at first, without a balancer. */
  async create(name: string, { size, max = size }: GroupRequest): Promise<void> {
    const seeded = await this.#group('web')
    await this.#autoScaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        LaunchConfigurationName: 'web-v1',
        MinSize: 0,
        MaxSize: max,
        DesiredCapacity: size,
        VPCZoneIdentifier: seeded.VPCZoneIdentifier,
        HealthCheckType: 'EC2',
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
    const Instances = ids.map((InstanceId) => ({ InstanceId }))
    const Listeners = [
      { Protocol: 'HTTP', LoadBalancerPort: port, InstanceProtocol: 'HTTP', InstancePort: 8080 },
    ]
    await this.#balancers.send(
      new CreateLoadBalancerCommand({
        LoadBalancerName: name,
        Listeners,
        AvailabilityZones: ['us-east-1a'],
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
    await this.#balancers.send(
      new RegisterInstancesWithLoadBalancerCommand({ LoadBalancerName: name, Instances }),
    )
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
