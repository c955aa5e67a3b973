import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { CloudStatus } from './project.ts'

/** An Application Load Balancer and its target groups in the account: built by Amazon's own SDK. */
export class TargetGroups {
  readonly #balancers: ElasticLoadBalancingV2Client
  readonly #ec2: EC2Client

  constructor({ endpoint, region, accessKeyId, secretAccessKey }: CloudStatus) {
    const configuration = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
    this.#balancers = new ElasticLoadBalancingV2Client(configuration)
    this.#ec2 = new EC2Client(configuration)
  }

  /** A load balancer that listens nowhere yet; its ARN. */
  async createBalancer(Name: string): Promise<string> {
    const subnets = await this.#subnets()
    const { LoadBalancers: [made] = [] } = await this.#balancers.send(
      new CreateLoadBalancerCommand({
        Name,
        Type: 'application',
        Subnets: subnets.map(({ SubnetId = '' }) => SubnetId),
      }),
    )
    return made?.LoadBalancerArn ?? ''
  }

  async dnsName(name: string): Promise<string> {
    return (await this.#find(name))?.DNSName ?? ''
  }

  /** A target group of the sample application, which nothing forwards to yet; its ARN. */
  async create(Name: string): Promise<string> {
    const [subnet] = await this.#subnets()
    const { TargetGroups: [made] = [] } = await this.#balancers.send(
      new CreateTargetGroupCommand({
        Name,
        Protocol: 'HTTP',
        Port: 8080,
        TargetType: 'instance',
        VpcId: subnet?.VpcId,
        HealthCheckPath: '/health',
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 2,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
      }),
    )
    const TargetGroupArn = made?.TargetGroupArn ?? ''
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }]
    await this.#balancers.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }))
    return TargetGroupArn
  }

  /** Lets a load balancer forward what comes to a port. */
  async listen(LoadBalancerArn: string, Port: number, TargetGroupArn: string): Promise<void> {
    const DefaultActions = [{ Type: 'forward', TargetGroupArn } as const]
    await this.#balancers.send(
      new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port, DefaultActions }),
    )
  }

  /** Lets a load balancer forward by a rule, and refuse what does not meet it. */
  async route(balancer: string, host: string): Promise<void> {
    const { LoadBalancerArn } = (await this.#find(balancer)) ?? {}
    const { Listeners = [] } = await this.#balancers.send(new DescribeListenersCommand({ LoadBalancerArn }))
    for (const { ListenerArn, DefaultActions: Actions } of Listeners) {
      const Conditions = [{ Field: 'host-header', HostHeaderConfig: { Values: [host] } }]
      await this.#balancers.send(new CreateRuleCommand({ ListenerArn, Priority: 1, Conditions, Actions }))
      const FixedResponseConfig = { StatusCode: '404' }
      const DefaultActions = [{ Type: 'fixed-response', FixedResponseConfig } as const]
      await this.#balancers.send(new ModifyListenerCommand({ ListenerArn, DefaultActions }))
    }
  }

  /** Gives a load balancer and its target groups attributes and tags that are not the defaults. */
  async furnish(balancer: string): Promise<void> {
    const { LoadBalancerArn = '' } = (await this.#find(balancer)) ?? {}
    const { TargetGroups = [] } = await this.#balancers.send(
      new DescribeTargetGroupsCommand({ LoadBalancerArn }),
    )
    const groups = TargetGroups.map(({ TargetGroupArn = '' }) => TargetGroupArn)
    await this.#balancers.send(
      new AddTagsCommand({
        ResourceArns: [LoadBalancerArn, ...groups],
        Tags: [{ Key: 'team', Value: 'shop' }],
      }),
    )
    const idle = [{ Key: 'idle_timeout.timeout_seconds', Value: '45' }]
    await this.#balancers.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: idle }))
    const spread = [{ Key: 'load_balancing.algorithm.type', Value: 'least_outstanding_requests' }]
    for (const TargetGroupArn of groups)
      await this.#balancers.send(
        new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: spread }),
      )
  }

  async register(TargetGroupArn: string, ids: readonly string[]): Promise<void> {
    const Targets = ids.map((Id) => ({ Id }))
    await this.#balancers.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }))
  }

  /** The states of all targets: `i-1 healthy`. */
  async targets(TargetGroupArn: string): Promise<string[]> {
    const { TargetHealthDescriptions = [] } = await this.#balancers.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    )
    return TargetHealthDescriptions.map(
      ({ Target, TargetHealth }) => `${Target?.Id} ${TargetHealth?.State}`,
    ).sort()
  }

  /** The ids of those that are sent users to. */
  async healthy(arn: string): Promise<string[]> {
    return (await this.targets(arn)).flatMap((target) => /^(\S+) healthy$/.exec(target)?.[1] ?? [])
  }

  async #find(Name: string) {
    const { LoadBalancers: [found] = [] } = await this.#balancers.send(
      new DescribeLoadBalancersCommand({ Names: [Name] }),
    )
    return found
  }

  async #subnets() {
    return (await this.#ec2.send(new DescribeSubnetsCommand({}))).Subnets ?? []
  }
}
