import {
  DescribeLoadBalancerAttributesCommand as DescribeClassicAttributesCommand,
  DescribeLoadBalancersCommand as DescribeClassicsCommand,
  DescribeTagsCommand as DescribeClassicTagsCommand,
  DescribeInstanceHealthCommand,
  DescribeLoadBalancerPoliciesCommand,
  ElasticLoadBalancingClient,
} from '@aws-sdk/client-elastic-load-balancing'
import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
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
    const descriptions = await this.#descriptions()
    return Promise.all(
      descriptions.map(async ({ LoadBalancerName = '', Instances = [], ...described }) => ({
        LoadBalancerName,
        ListenerDescriptions: described.ListenerDescriptions,
        HealthCheck: described.HealthCheck,
        SecurityGroups: described.SecurityGroups,
        Subnets: described.Subnets,
        instances: Instances.map(({ InstanceId = '' }) => InstanceId).sort(),
        ...(await this.#ofClassic(LoadBalancerName)),
      })),
    )
  }

  /** The other load balancers: one that listens nowhere yet has no rule to be seen by. */
  async fronts() {
    const { LoadBalancers = [] } = await this.#balancers.send(new DescribeLoadBalancersCommand({}))
    return Promise.all(
      LoadBalancers.map(async ({ LoadBalancerArn = '', LoadBalancerName, Type, SecurityGroups }) => {
        const attributes = new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })
        return {
          ...{ LoadBalancerArn, LoadBalancerName, Type, SecurityGroups },
          attributes: keyed((await this.#balancers.send(attributes)).Attributes),
          tags: await this.#tags(LoadBalancerArn),
        }
      }),
    )
  }

  /** What the other load balancers listen for. */
  async listeners() {
    const { LoadBalancers = [] } = await this.#balancers.send(new DescribeLoadBalancersCommand({}))
    const listeners = await Promise.all(
      LoadBalancers.map(({ LoadBalancerArn }) =>
        this.#balancers.send(new DescribeListenersCommand({ LoadBalancerArn })),
      ),
    )
    return listeners.flatMap(({ Listeners = [] }) => Listeners)
  }

  /** What their listeners do with a request. */
  async rules() {
    const rules = await Promise.all(
      (await this.listeners()).map(({ ListenerArn }) =>
        this.#balancers.send(new DescribeRulesCommand({ ListenerArn })),
      ),
    )
    return rules.flatMap(({ Rules = [] }) => Rules)
  }

  /** The target groups, with the instances that are registered: one that drains is not any more. */
  async targetGroups() {
    return Promise.all(
      (await this.#members()).map(async ({ group, targets }) => {
        const { TargetGroupArn = '' } = group
        const attributes = new DescribeTargetGroupAttributesCommand({ TargetGroupArn })
        return {
          ...group,
          instances: idsOf(targets.filter(({ state }) => state !== 'draining')),
          attributes: keyed((await this.#balancers.send(attributes)).Attributes),
          tags: await this.#tags(TargetGroupArn),
        }
      }),
    )
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

  /** What a classic load balancer has that is described by calls of its own. */
  async #ofClassic(LoadBalancerName: string) {
    const [policies, attributes, tags] = await Promise.all([
      this.#classics.send(new DescribeLoadBalancerPoliciesCommand({ LoadBalancerName })),
      this.#classics.send(new DescribeClassicAttributesCommand({ LoadBalancerName })),
      this.#classics.send(new DescribeClassicTagsCommand({ LoadBalancerNames: [LoadBalancerName] })),
    ])
    return {
      policies: policies.PolicyDescriptions,
      attributes: attributes.LoadBalancerAttributes,
      tags: keyed(tags.TagDescriptions?.[0]?.Tags),
    }
  }

  async #tags(arn: string) {
    const { TagDescriptions: [found] = [] } = await this.#balancers.send(
      new DescribeTagsCommand({ ResourceArns: [arn] }),
    )
    return keyed(found?.Tags)
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

/** In the order of their keys, which AWS does not promise. */
const keyed = (
  entries: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): Record<string, string> =>
  Object.fromEntries(entries.map(({ Key = '', Value = '' }) => [Key, Value] as const).sort())
