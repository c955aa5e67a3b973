import { AutoScaling, type AutoScalingGroup, type Instance } from '@aws-sdk/client-auto-scaling'
import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing'
import { type TestCloud, until } from './test-cloud.ts'

export const web = { AutoScalingGroupName: 'web' }

/** The group `web` in two zones, from the launch configuration `v1`, behind the load balancer `web`. */
export class WebFleet {
  readonly scaling: AutoScaling
  readonly elb: ElasticLoadBalancing
  readonly #cloud: TestCloud

  constructor(cloud: TestCloud) {
    this.#cloud = cloud
    this.scaling = new AutoScaling(cloud.config)
    this.elb = new ElasticLoadBalancing(cloud.config)
  }

  async createSource(name = 'v1', image = this.#cloud.imageId): Promise<void> {
    await this.scaling.createLaunchConfiguration({
      LaunchConfigurationName: name,
      ImageId: image,
      InstanceType: 't3.micro',
    })
  }

  /** Resolves when all of its instances are in service. */
  async create(size: number, changes: object = {}): Promise<string[]> {
    await this.createSource()
    await this.elb.createLoadBalancer({
      LoadBalancerName: 'web',
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 8080, InstancePort: 2222 }],
      AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
    })
    await this.checkPort(2222)
    await this.elb.modifyLoadBalancerAttributes({
      LoadBalancerName: 'web',
      LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 20 } },
    })
    await this.scaling.createAutoScalingGroup({
      ...web,
      LaunchConfigurationName: 'v1',
      MinSize: 0,
      MaxSize: size + 2,
      DesiredCapacity: size,
      AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
      LoadBalancerNames: ['web'],
      ...changes,
    })
    await this.settled(size)
    return this.ids()
  }

  /** Lets the load balancer look at a port: 2222, SSH's, is open on every machine, 9 on none. */
  async checkPort(port: number): Promise<void> {
    await this.elb.configureHealthCheck({
      LoadBalancerName: 'web',
      HealthCheck: {
        Target: `TCP:${port}`,
        Interval: 5,
        Timeout: 4,
        HealthyThreshold: 2,
        UnhealthyThreshold: 2,
      },
    })
  }

  async group(): Promise<AutoScalingGroup | undefined> {
    const { AutoScalingGroups } = await this.scaling.describeAutoScalingGroups({
      AutoScalingGroupNames: ['web'],
    })
    return AutoScalingGroups?.[0]
  }

  async members(): Promise<Instance[]> {
    return (await this.group())?.Instances ?? []
  }

  async ids(state = 'InService'): Promise<string[]> {
    return (await this.members())
      .filter(({ LifecycleState }) => LifecycleState === state)
      .map(({ InstanceId }) => InstanceId ?? '')
  }

  async stateOf(id: string): Promise<string | undefined> {
    return (await this.members()).find(({ InstanceId }) => InstanceId === id)?.LifecycleState
  }

  /** Resolves when the group has so many instances, all in service. */
  async settled(size: number): Promise<void> {
    await until(async () => {
      const members = await this.members()
      return members.length === size && members.every(({ LifecycleState }) => LifecycleState === 'InService')
    }, `${size} instances in service`)
  }

  async registered(): Promise<string[]> {
    const { LoadBalancerDescriptions } = await this.elb.describeLoadBalancers({ LoadBalancerNames: ['web'] })
    return (LoadBalancerDescriptions?.[0]?.Instances ?? []).map(({ InstanceId }) => InstanceId ?? '').sort()
  }

  /** The newest activity's description and cause. */
  async lastActivity(): Promise<{ description: string; cause: string; status: string }> {
    const { Activities } = await this.scaling.describeScalingActivities({ ...web, MaxRecords: 1 })
    const [last] = Activities ?? []
    return {
      description: last?.Description ?? '',
      cause: last?.Cause ?? '',
      status: last?.StatusCode ?? '',
    }
  }
}
