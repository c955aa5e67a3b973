import type { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing'
import { sdk } from '../../emulator/sdk.ts'
import type { FleetSeed } from '../fleet-seed.ts'
import { type FleetPlace, type Front, type FrontKind, type FrontState, unlessThere } from './front.ts'

/** Classic load balancers. */
export function classicFronts(client: ElasticLoadBalancingClient): FrontKind {
  return {
    async all() {
      const { LoadBalancerDescriptions = [] } = await client.send(
        new sdk.elb.DescribeLoadBalancersCommand({}),
      )
      return LoadBalancerDescriptions.map(
        ({ LoadBalancerName: name = '', DNSName = '', CanonicalHostedZoneNameID = '' }): Front => ({
          name,
          dnsName: DNSName,
          hostedZoneId: CanonicalHostedZoneNameID,
          binding: async () => ({ LoadBalancerNames: [name] }),
          states: () => statesAt(client, name),
        }),
      )
    },
    ensure: (fleet, place) => ensure(client, fleet, place),
  }
}

async function ensure(
  client: ElasticLoadBalancingClient,
  { loadBalancer: LoadBalancerName, port, health }: FleetSeed,
  { subnets, securityGroup }: FleetPlace,
): Promise<void> {
  const made = client.send(
    new sdk.elb.CreateLoadBalancerCommand({
      LoadBalancerName,
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: port, InstanceProtocol: 'HTTP', InstancePort: port }],
      Subnets: subnets,
      SecurityGroups: [securityGroup],
    }),
  )
  await unlessThere(made)
  const HealthCheck = {
    Target: `HTTP:${port}${health}`,
    Interval: 5,
    Timeout: 2,
    HealthyThreshold: 2,
    UnhealthyThreshold: 2,
  }
  await client.send(new sdk.elb.ConfigureHealthCheckCommand({ LoadBalancerName, HealthCheck }))
  const LoadBalancerAttributes = {
    ConnectionDraining: { Enabled: true, Timeout: 60 },
    CrossZoneLoadBalancing: { Enabled: true },
  }
  await client.send(
    new sdk.elb.ModifyLoadBalancerAttributesCommand({ LoadBalancerName, LoadBalancerAttributes }),
  )
}

async function statesAt(client: ElasticLoadBalancingClient, LoadBalancerName: string): Promise<FrontState[]> {
  const { InstanceStates = [] } = await client.send(
    new sdk.elb.DescribeInstanceHealthCommand({ LoadBalancerName }),
  )
  return InstanceStates.map(({ InstanceId = '', State, Description }) => ({
    instance: InstanceId,
    serves: State === 'InService',
    says: `${State}: ${Description}`,
  }))
}
