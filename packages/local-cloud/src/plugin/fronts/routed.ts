import type {
  ElasticLoadBalancingV2Client,
  LoadBalancer,
  LoadBalancerAttribute,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { sdk } from '../../emulator/sdk.ts'
import type { FleetSeed } from '../fleet-seed.ts'
import { type FleetPlace, type Front, type FrontKind, type FrontState, unlessThere } from './front.ts'

/** Load balancers whose listeners lead to target groups. */
export function routedFronts(client: ElasticLoadBalancingV2Client): FrontKind {
  return {
    async all() {
      const { LoadBalancers = [] } = await client.send(new sdk.elbV2.DescribeLoadBalancersCommand({}))
      return LoadBalancers.map((balancer) => frontOf(client, balancer))
    },
    ensure: (fleet, place) => ensure(client, fleet, place),
  }
}

function frontOf(
  client: ElasticLoadBalancingV2Client,
  { LoadBalancerArn, LoadBalancerName = '', DNSName = '', CanonicalHostedZoneId = '' }: LoadBalancer,
): Front {
  const groups = async (): Promise<string[]> => {
    const { TargetGroups = [] } = await client.send(
      new sdk.elbV2.DescribeTargetGroupsCommand({ LoadBalancerArn }),
    )
    return TargetGroups.flatMap(({ TargetGroupArn = [] }) => TargetGroupArn)
  }
  return {
    name: LoadBalancerName,
    dnsName: DNSName,
    hostedZoneId: CanonicalHostedZoneId,
    binding: async () => ({ TargetGroupARNs: await groups() }),
    states: async () => (await Promise.all((await groups()).map((arn) => statesIn(client, arn)))).flat(),
  }
}

async function statesIn(client: ElasticLoadBalancingV2Client, TargetGroupArn: string): Promise<FrontState[]> {
  const { TargetHealthDescriptions = [] } = await client.send(
    new sdk.elbV2.DescribeTargetHealthCommand({ TargetGroupArn }),
  )
  return TargetHealthDescriptions.map(({ Target, TargetHealth: { State, Description = '' } = {} }) => ({
    instance: Target?.Id ?? '',
    serves: State === 'healthy',
    says: `${State}: ${Description}`,
  }))
}

const kinds = {
  application: { protocol: 'HTTP', attributes: [] },
  // An Application Load Balancer crosses zones by itself.
  network: { protocol: 'TCP', attributes: [{ Key: 'load_balancing.cross_zone.enabled', Value: 'true' }] },
} as const

/** It checks and drains as the classic one does, so that a rehearsal takes the same time behind each. */
async function ensure(
  client: ElasticLoadBalancingV2Client,
  fleet: FleetSeed,
  { vpc, subnets, securityGroup }: FleetPlace,
): Promise<void> {
  const Name = fleet.loadBalancer
  const Type = fleet.balancer === 'network' ? 'network' : 'application'
  const { protocol, attributes } = kinds[Type]
  const SecurityGroups = [securityGroup]
  await unlessThere(
    client.send(new sdk.elbV2.CreateLoadBalancerCommand({ Name, Type, Subnets: subnets, SecurityGroups })),
  )
  const { LoadBalancers: [{ LoadBalancerArn } = {}] = [] } = await client.send(
    new sdk.elbV2.DescribeLoadBalancersCommand({ Names: [Name] }),
  )
  const Attributes: LoadBalancerAttribute[] = [...attributes]
  if (Attributes.length > 0)
    await client.send(new sdk.elbV2.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }))
  const TargetGroupArn = await ensureGroup(client, fleet, protocol, vpc)
  await unlessThere(
    client.send(
      new sdk.elbV2.CreateListenerCommand({
        LoadBalancerArn,
        Protocol: protocol,
        Port: fleet.port,
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      }),
    ),
  )
}

async function ensureGroup(
  client: ElasticLoadBalancingV2Client,
  { loadBalancer: Name, port, health }: FleetSeed,
  Protocol: 'HTTP' | 'TCP',
  VpcId: string,
): Promise<string | undefined> {
  const made = client.send(
    new sdk.elbV2.CreateTargetGroupCommand({
      Name,
      Protocol,
      Port: port,
      VpcId,
      TargetType: 'instance',
      HealthCheckProtocol: 'HTTP',
      HealthCheckPath: health,
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 2,
    }),
  )
  await unlessThere(made)
  const { TargetGroups: [{ TargetGroupArn } = {}] = [] } = await client.send(
    new sdk.elbV2.DescribeTargetGroupsCommand({ Names: [Name] }),
  )
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '60' }]
  await client.send(new sdk.elbV2.ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }))
  return TargetGroupArn
}
