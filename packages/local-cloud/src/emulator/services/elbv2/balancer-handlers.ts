import { isIPv4 } from 'node:net'
import type {
  AvailabilityZone,
  CreateLoadBalancerInput,
  SubnetMapping,
  LoadBalancer as WireBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Clock } from '../../clock.ts'
import { AwsError } from '../../service.ts'
import { oneOf, required, validationError, within } from '../constraint.ts'
import { defaultGroupId } from '../ec2/security-groups.ts'
import { hostedZoneOf } from '../elb/balancer-names.ts'
import type { Network } from '../elb/network.ts'
import { pageOf } from '../page.ts'
import { Attributes } from './attributes.ts'
import type { Elbv2Book, Elbv2Handlers } from './book.ts'
import type { LoadBalancer, Zone } from './load-balancer.ts'
import { balancerNames, checkName, networkZoneOf, type Place } from './names.ts'
import { addTags } from './tags.ts'

export interface BalancerHandlerParts extends Place {
  readonly book: Elbv2Book
  readonly network: Network
  readonly clock: Clock
  /** AWS seconds from CreateLoadBalancer to `active`. */
  readonly provision: number
}

const member = 'enforceSecurityGroupInboundRulesOnPrivateLinkTraffic'

/** The operations on load balancers. */
export function balancerHandlers(parts: BalancerHandlerParts): Elbv2Handlers {
  const { book, network } = parts
  return {
    async CreateLoadBalancer(input) {
      const asked = readBalancer(input, parts)
      const made = await book.open(asked)
      refuseOther(made, asked)
      const described = describeBalancer(made, parts)
      // However soon it is active, nobody is told so by the call that has made it.
      const isNew = made.arn === asked.arn
      return { LoadBalancers: [isNew ? { ...described, State: { Code: 'provisioning' } } : described] }
    },
    DescribeLoadBalancers({ LoadBalancerArns, Names, PageSize = 400, Marker }) {
      if (LoadBalancerArns !== undefined && Names !== undefined)
        throw validationError(
          'Load balancer names and load balancer ARNs cannot be specified at the same time',
        )
      const all = LoadBalancerArns?.map((arn) => book.findBalancer(arn)) ?? named(book, Names)
      const page = pageOf(all, within(PageSize, 'pageSize', 1, 400), Marker, () => invalidMarker(Marker))
      return {
        LoadBalancers: page.items.map((balancer) => describeBalancer(balancer, parts)),
        ...(page.next === undefined ? {} : { NextMarker: page.next }),
      }
    },
    async DeleteLoadBalancer(input) {
      const arn = required(input.LoadBalancerArn, 'loadBalancerArn')
      const present = book.balancer(arn)
      if (present !== undefined && Attributes.ofBalancer(present).is('deletion_protection.enabled'))
        throw new AwsError(
          'OperationNotPermitted',
          `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
        )
      await book.close(arn)
      return {}
    },
    DescribeLoadBalancerAttributes(input) {
      return { Attributes: Attributes.ofBalancer(book.findBalancer(input.LoadBalancerArn)).describe() }
    },
    async ModifyLoadBalancerAttributes(input) {
      const { arn } = book.findBalancer(input.LoadBalancerArn)
      const balancer = await book.change(arn, (before) => ({
        attributes: Attributes.ofBalancer(before).after(required(input.Attributes, 'attributes')),
      }))
      return { Attributes: Attributes.ofBalancer(balancer).describe() }
    },
    async SetSecurityGroups(input) {
      const { arn, kind, securityGroups: before } = book.findBalancer(input.LoadBalancerArn)
      const securityGroups = network.groups(required(input.SecurityGroups, 'securityGroups'))
      if (kind === 'network' && before.length === 0)
        throw new AwsError(
          'InvalidConfigurationRequest',
          'You cannot set security groups on a Network Load Balancer that was created without any',
        )
      const asked = input.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic
      if (kind === 'application' && asked !== undefined)
        throw validationError('Traffic by PrivateLink is a matter of Network Load Balancers')
      const enforcesInbound = asked && oneOf(asked, member, ['on', 'off'])
      const balancer = await book.change(arn, () => ({
        securityGroups,
        ...(enforcesInbound && { enforcesInbound }),
      }))
      return { SecurityGroupIds: securityGroups, ...describeInbound(balancer) }
    },
    async SetIpAddressType(input) {
      book.findBalancer(input.LoadBalancerArn)
      return { IpAddressType: readAddressType(required(input.IpAddressType, 'ipAddressType')) }
    },
    async SetSubnets(input) {
      const { arn, kind } = book.findBalancer(input.LoadBalancerArn)
      const { zones } = readPlacement(input, kind, network)
      const balancer = await book.change(arn, () => ({ zones }))
      return { AvailabilityZones: describeZones(balancer.zones), IpAddressType: 'ipv4' }
    },
  }
}

function readBalancer(input: CreateLoadBalancerInput, parts: BalancerHandlerParts): LoadBalancer {
  const { network, clock } = parts
  const name = required(input.Name, 'name')
  checkName('load balancer', name)
  const kind = input.Type ?? 'application'
  if (kind !== 'application' && kind !== 'network')
    throw validationError(
      `The local cloud has no load balancers of type ${kind}: it has application and network.`,
    )
  readAddressType(input.IpAddressType ?? 'ipv4')
  if (input.CustomerOwnedIpv4Pool !== undefined || input.IpamPools !== undefined)
    throw validationError('The local cloud has no pools of addresses: leave them out.')
  if ((input.EnablePrefixForIpv6SourceNat ?? 'off') !== 'off')
    throw validationError('Source NAT prefixes need a dualstack load balancer')
  const scheme = oneOf(input.Scheme ?? 'internet-facing', 'scheme', ['internet-facing', 'internal'])
  const groups = network.groups(input.SecurityGroups ?? [])
  return {
    name,
    kind,
    scheme,
    ...balancerNames(parts, { name, kind, scheme }),
    ...readPlacement(input, kind, network),
    created: clock.now().toISOString(),
    address: '',
    securityGroups: kind === 'application' && groups.length === 0 ? [defaultGroupId] : groups,
    attributes: {},
    listeners: [],
    tags: addTags({}, input.Tags ?? []),
  }
}

function readAddressType(type: string): 'ipv4' {
  if (type !== 'ipv4') throw validationError(`The local cloud has no IP address type ${type}: it has ipv4.`)
  return type
}

function readPlacement(
  input: {
    readonly Subnets?: readonly string[] | undefined
    readonly SubnetMappings?: readonly SubnetMapping[] | undefined
  },
  kind: LoadBalancer['kind'],
  network: Network,
): { readonly vpcId: string; readonly zones: Zone[] } {
  const mappings = (input.SubnetMappings ?? []).map((mapping) => readMapping(mapping, kind))
  const mapped = mappings.map(({ subnet }) => subnet)
  if (mapped.length > 0 && (input.Subnets ?? []).length > 0)
    throw validationError('Subnets and subnet mappings cannot be specified at the same time')
  const { vpcId, zones, subnets } = network.placeIn([...(input.Subnets ?? []), ...mapped])
  if (subnets.length === 0) throw validationError('At least one subnet must be specified')
  if (zones.length < subnets.length)
    throw new AwsError(
      'InvalidConfigurationRequest',
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    )
  if (kind === 'application' && zones.length < 2)
    throw validationError('At least two subnets in two different Availability Zones must be specified')
  return {
    vpcId,
    zones: zones.map((name, index) => {
      const subnet = subnets[index] ?? ''
      return { name, ...mappings.find((mapping) => mapping.subnet === subnet), subnet }
    }),
  }
}

function readMapping(
  { SubnetId, PrivateIPv4Address, ...rest }: SubnetMapping,
  kind: LoadBalancer['kind'],
): Omit<Zone, 'name'> {
  if (Object.values(rest).some((value) => value !== undefined))
    throw validationError(
      'The local cloud has no elastic addresses and no IPv6: give SubnetId, and PrivateIPv4Address of a Network Load Balancer.',
    )
  const subnet = required(SubnetId, 'subnetId')
  if (PrivateIPv4Address === undefined) return { subnet }
  if (kind === 'application')
    throw validationError('Private addresses cannot be specified for an Application Load Balancer')
  if (isIPv4(PrivateIPv4Address)) return { subnet, privateAddress: PrivateIPv4Address }
  throw validationError(`The private address '${PrivateIPv4Address}' is not valid`)
}

/** A second request for the same load balancer is answered as the first was; one that differs is refused. */
function refuseOther(present: LoadBalancer, asked: LoadBalancer): void {
  const told = ({ kind, scheme, zones, securityGroups, tags }: LoadBalancer): string =>
    JSON.stringify([
      kind,
      scheme,
      zones.map(({ subnet }) => subnet).sort(),
      [...securityGroups].sort(),
      Object.entries(tags).sort(),
    ])
  if (told(present) !== told(asked))
    throw new AwsError(
      'DuplicateLoadBalancerName',
      `A load balancer with the same name '${asked.name}' exists, but with different settings`,
    )
}

function named(book: Elbv2Book, names: readonly string[] | undefined): LoadBalancer[] {
  const all = book.balancers()
  const missing = (names ?? []).filter((name) => !all.some((balancer) => balancer.name === name))
  if (missing.length > 0)
    throw new AwsError('LoadBalancerNotFound', `Load balancers '[${missing.join(', ')}]' not found`)
  return all.filter(({ name }) => names?.includes(name) ?? true)
}

/** The refusal of a page that was never handed out. */
export function invalidMarker(marker: string | undefined): AwsError {
  return validationError(`Invalid marker: ${marker}`)
}

function describeBalancer(balancer: LoadBalancer, parts: BalancerHandlerParts): WireBalancer {
  const { kind, securityGroups } = balancer
  const { region } = parts
  return {
    LoadBalancerArn: balancer.arn,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneId: kind === 'application' ? hostedZoneOf(region) : networkZoneOf(region),
    CreatedTime: new Date(balancer.created),
    LoadBalancerName: balancer.name,
    Scheme: balancer.scheme,
    VpcId: balancer.vpcId,
    State: { Code: stateOf(balancer, parts) },
    Type: kind,
    AvailabilityZones: describeZones(balancer.zones),
    ...(securityGroups.length === 0 ? {} : { SecurityGroups: securityGroups }),
    IpAddressType: 'ipv4',
    ...describeInbound(balancer),
  }
}

/** Whether a load balancer can take traffic already. */
export function stateOf(
  { created }: LoadBalancer,
  { clock, provision }: Pick<BalancerHandlerParts, 'clock' | 'provision'>,
): 'provisioning' | 'active' {
  const age = clock.now().getTime() - Date.parse(created)
  return age < clock.milliseconds(provision) ? 'provisioning' : 'active'
}

function describeInbound({ kind, securityGroups, enforcesInbound = 'on' }: LoadBalancer): {
  EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic?: 'on' | 'off'
} {
  if (kind === 'application' || securityGroups.length === 0) return {}
  return { EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: enforcesInbound }
}

function describeZones(zones: readonly Zone[]): AvailabilityZone[] {
  return zones.map(({ name, subnet, privateAddress }) => ({
    ZoneName: name,
    SubnetId: subnet,
    LoadBalancerAddresses: privateAddress === undefined ? [] : [{ PrivateIPv4Address: privateAddress }],
  }))
}
