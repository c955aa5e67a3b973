import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import type { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing'
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Route53Client } from '@aws-sdk/client-route-53'
import { sdk } from '../emulator/sdk.ts'
import type { ClientSettings } from './client-settings.ts'
import type { FleetSeed } from './fleet-seed.ts'
import { classicFronts } from './fronts/classic.ts'
import { type Front, type FrontKind, isBoundTo } from './fronts/front.ts'
import { routedFronts } from './fronts/routed.ts'

/** The clients that a look at the live fleet needs. */
export interface FleetClients {
  readonly autoScaling: AutoScalingClient
  readonly classic: ElasticLoadBalancingClient
  readonly routed: ElasticLoadBalancingV2Client
  readonly names: Route53Client
}

/** The fleet that the record leads to now: a deployment may have switched it to another one than it began with. */
export interface LiveFleet {
  readonly group: string
  readonly front: Front
  /** How many can be waited for: as many as the group wants, without those that it calls unhealthy. */
  readonly expected: number
}

/** How to make such clients for a cloud. */
export function fleetClients(settings: ClientSettings): FleetClients {
  return {
    autoScaling: new sdk.autoScaling.AutoScalingClient(settings),
    classic: new sdk.elb.ElasticLoadBalancingClient(settings),
    routed: new sdk.elbV2.ElasticLoadBalancingV2Client(settings),
    names: new sdk.route53.Route53Client(settings),
  }
}

type BalancerClients = Pick<FleetClients, 'classic' | 'routed'>

/** The generation of load balancers that a fleet begins behind. */
export function frontKind(
  { classic, routed }: BalancerClients,
  { balancer = 'classic' }: Pick<FleetSeed, 'balancer'>,
): FrontKind {
  return balancer === 'classic' ? classicFronts(classic) : routedFronts(routed)
}

/** Follows the record to its balancer, and that to the group behind it; undefined where one of them is missing. */
export async function liveFleet(
  clients: FleetClients,
  { record }: Pick<FleetSeed, 'record'>,
): Promise<LiveFleet | undefined> {
  const { autoScaling, classic, routed, names } = clients
  const target = await aliasOf(names, record)
  if (target === undefined) return undefined
  const fronts = await Promise.all([classicFronts(classic).all(), routedFronts(routed).all()])
  const front = fronts.flat().find(({ dnsName }) => dnsName.toLowerCase() === target)
  if (front === undefined) return undefined
  const binding = await front.binding()
  const { AutoScalingGroups = [] } = await autoScaling.send(
    new sdk.autoScaling.DescribeAutoScalingGroupsCommand({}),
  )
  const group = AutoScalingGroups.find((each) => isBoundTo(each, binding))
  if (group?.AutoScalingGroupName === undefined) return undefined
  const sick = (group.Instances ?? []).filter(({ HealthStatus }) => HealthStatus !== 'Healthy')
  const expected = Math.max(0, (group.DesiredCapacity ?? 0) - sick.length)
  return { group: group.AutoScalingGroupName, front, expected }
}

/** The DNS name that the record is an alias of, in lower case and without the last dot. */
export async function aliasOf(names: Route53Client, record: string): Promise<string | undefined> {
  const HostedZoneId = await zoneIdOf(names, zoneName(record))
  if (HostedZoneId === undefined) return undefined
  const { ResourceRecordSets = [] } = await names.send(
    new sdk.route53.ListResourceRecordSetsCommand({ HostedZoneId, StartRecordName: record }),
  )
  const set = ResourceRecordSets.find(({ Name, Type }) => Name === `${record}.` && Type === 'A')
  return set?.AliasTarget?.DNSName?.toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '')
}

/** The zone that a record is put in: all of its name but the first label. */
export const zoneName = (record: string): string => record.slice(record.indexOf('.') + 1)

/** The id of the zone of exactly this name, if there is one. */
export async function zoneIdOf(names: Route53Client, DNSName: string): Promise<string | undefined> {
  const { HostedZones: [zone] = [] } = await names.send(
    new sdk.route53.ListHostedZonesByNameCommand({ DNSName }),
  )
  return zone?.Name === `${DNSName}.` ? zone.Id : undefined
}
