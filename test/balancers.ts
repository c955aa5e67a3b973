import {
  DescribeLoadBalancersCommand as DescribeClassicsCommand,
  DescribeInstanceHealthCommand,
  ElasticLoadBalancingClient,
} from '@aws-sdk/client-elastic-load-balancing'
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Access } from './account.ts'

/** The load balancers of an account, of every kind, seen through Amazon's own SDK. */
export class Balancers {
  readonly #classics: ElasticLoadBalancingClient
  readonly #balancers: ElasticLoadBalancingV2Client

  constructor({ endpoint, region, accessKeyId, secretAccessKey }: Access) {
    const configuration = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
    this.#classics = new ElasticLoadBalancingClient(configuration)
    this.#balancers = new ElasticLoadBalancingV2Client(configuration)
  }

  /** The instances that a classic load balancer sends users to. */
  async inService(balancer: string): Promise<string[]> {
    const { InstanceStates = [] } = await this.#classics.send(
      new DescribeInstanceHealthCommand({ LoadBalancerName: balancer }),
    )
    return InstanceStates.filter(({ State }) => State === 'InService')
      .map(({ InstanceId }) => InstanceId ?? '')
      .sort()
  }

  /** The instances that the load balancer of a DNS name, in lower case, sends users to. */
  async behind(dnsName: string): Promise<string[]> {
    const classic = (await this.#descriptions()).find(({ DNSName }) => DNSName?.toLowerCase() === dnsName)
    if (classic?.LoadBalancerName !== undefined) return this.inService(classic.LoadBalancerName)
    const { LoadBalancers = [] } = await this.#balancers.send(new DescribeLoadBalancersCommand({}))
    const found = LoadBalancers.find(({ DNSName }) => DNSName?.toLowerCase() === dnsName)
    if (!found) return []
    const { LoadBalancerArn } = found
    const { TargetGroups = [] } = await this.#balancers.send(
      new DescribeTargetGroupsCommand({ LoadBalancerArn }),
    )
    const targets = await Promise.all(TargetGroups.map(({ TargetGroupArn }) => this.#targets(TargetGroupArn)))
    const healthy = targets.flat().filter(({ state }) => state === 'healthy')
    return idsOf(healthy)
  }

  /** The classic load balancers, as far as a deployment could change them. */
  async classics() {
    return (await this.#descriptions()).map(
      ({ LoadBalancerName, Instances = [], ListenerDescriptions, HealthCheck }) => ({
        LoadBalancerName,
        ListenerDescriptions,
        HealthCheck,
        instances: Instances.map(({ InstanceId = '' }) => InstanceId).sort(),
      }),
    )
  }

  /** The other load balancers: one that listens nowhere yet has no rule to be seen by. */
  async fronts() {
    const { LoadBalancers = [] } = await this.#balancers.send(new DescribeLoadBalancersCommand({}))
    return LoadBalancers.map(({ LoadBalancerArn, LoadBalancerName, Type }) => ({
      LoadBalancerArn,
      LoadBalancerName,
      Type,
    }))
  }

  /** What the listeners of the other load balancers do with a request. */
  async rules() {
    const { LoadBalancers = [] } = await this.#balancers.send(new DescribeLoadBalancersCommand({}))
    const listeners = await Promise.all(
      LoadBalancers.map(({ LoadBalancerArn }) =>
        this.#balancers.send(new DescribeListenersCommand({ LoadBalancerArn })),
      ),
    )
    const rules = await Promise.all(
      listeners
        .flatMap(({ Listeners = [] }) => Listeners)
        .map(({ ListenerArn }) => this.#balancers.send(new DescribeRulesCommand({ ListenerArn }))),
    )
    return rules.flatMap(({ Rules = [] }) => Rules)
  }

  /** The target groups, with the instances that are registered: one that drains is not any more. */
  async targetGroups() {
    return (await this.#members()).map(({ group, targets }) => ({
      ...group,
      instances: idsOf(targets.filter(({ state }) => state !== 'draining')),
    }))
  }

  /** The target groups, with those of their instances that are sent users to. */
  async targets() {
    return (await this.#members()).map(({ group: { TargetGroupName: name = '' }, targets }) => ({
      name,
      healthy: idsOf(targets.filter(({ state }) => state === 'healthy')),
    }))
  }

  async #members() {
    const { TargetGroups = [] } = await this.#balancers.send(new DescribeTargetGroupsCommand({}))
    return Promise.all(
      TargetGroups.map(async (group) => ({ group, targets: await this.#targets(group.TargetGroupArn) })),
    )
  }

  async #descriptions() {
    return (await this.#classics.send(new DescribeClassicsCommand({}))).LoadBalancerDescriptions ?? []
  }

  async #targets(TargetGroupArn: string | undefined) {
    const { TargetHealthDescriptions = [] } = await this.#balancers.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    )
    return TargetHealthDescriptions.map(({ Target, TargetHealth }) => ({
      id: Target?.Id ?? '',
      state: TargetHealth?.State,
    }))
  }
}

const idsOf = (targets: readonly { readonly id: string }[]): string[] =>
  [...new Set(targets.map(({ id }) => id))].sort()
