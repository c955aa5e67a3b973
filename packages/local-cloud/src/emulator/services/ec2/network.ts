import type { AvailabilityZone, Subnet, Vpc } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { ComputeSubnet } from './compute.ts'
import type { Ec2Context, Ec2Handlers } from './context.ts'
import { type Fields, filtered } from './filters.ts'
import { findAll, kinds } from './ids.ts'
import { ec2Page } from './pages.ts'
import { tagList, tagsOf } from './tags.ts'

/** The default VPC is the only one, and the same in every cloud. */
export const vpcId = 'vpc-00000000000000001'
const cidr = '172.31.0.0/16'

/** One default subnet in each of the region's three zones. */
export function subnetsOf(region: string): readonly ComputeSubnet[] {
  return ['a', 'b', 'c'].map((letter) => ({
    id: `subnet-0000000000000000${letter}`,
    vpcId,
    availabilityZone: `${region}${letter}`,
  }))
}

const vpcFields: Fields<Vpc> = {
  'vpc-id': (vpc) => [vpc.VpcId],
  'is-default': (vpc) => [`${vpc.IsDefault}`],
  isDefault: (vpc) => [`${vpc.IsDefault}`],
  cidr: (vpc) => [vpc.CidrBlock],
  state: (vpc) => [vpc.State],
}

const subnetFields: Fields<Subnet> = {
  'subnet-id': (subnet) => [subnet.SubnetId],
  'vpc-id': (subnet) => [subnet.VpcId],
  'availability-zone': (subnet) => [subnet.AvailabilityZone],
  availabilityZone: (subnet) => [subnet.AvailabilityZone],
  'default-for-az': (subnet) => [`${subnet.DefaultForAz}`],
  state: (subnet) => [subnet.State],
}

const zoneFields: Fields<AvailabilityZone> = {
  'zone-name': (zone) => [zone.ZoneName],
  'zone-id': (zone) => [zone.ZoneId],
  'region-name': (zone) => [zone.RegionName],
  state: (zone) => [zone.State],
}

export function networkHandlers(ec2: Ec2Context): Ec2Handlers {
  return {
    DescribeVpcs(input) {
      const all = { [vpcId]: vpcAnswer(ec2) }
      const vpcs = findAll(kinds.vpc, all, input.VpcIds ?? [vpcId])
      const tags = (vpc: Vpc): Readonly<Record<string, string>> => tagsOf(ec2, vpc.VpcId ?? '')
      const { items, next } = ec2Page(filtered(vpcs, input.Filters, vpcFields, tags), input)
      return { Vpcs: [...items], NextToken: next }
    },
    DescribeSubnets(input) {
      const all = Object.fromEntries(
        subnetsOf(ec2.region).map((each, index) => [each.id, subnetAnswer(ec2, each, index)]),
      )
      const subnets = findAll(kinds.subnet, all, input.SubnetIds ?? Object.keys(all))
      const tags = (subnet: Subnet): Readonly<Record<string, string>> => tagsOf(ec2, subnet.SubnetId ?? '')
      const { items, next } = ec2Page(filtered(subnets, input.Filters, subnetFields, tags), input)
      return { Subnets: [...items], NextToken: next }
    },
    DescribeAvailabilityZones({ Filters, ZoneNames, ZoneIds }) {
      const zones = subnetsOf(ec2.region).map(({ availabilityZone }, index) =>
        zoneAnswer(ec2.region, availabilityZone, index),
      )
      const unknown = [
        ...(ZoneNames ?? []).filter((name) => !zones.some(({ ZoneName }) => ZoneName === name)),
        ...(ZoneIds ?? []).filter((id) => !zones.some(({ ZoneId }) => ZoneId === id)),
      ]
      if (unknown.length > 0) {
        throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${unknown.join(', ')}]`)
      }
      const wanted = zones.filter(
        ({ ZoneName = '', ZoneId = '' }) =>
          (ZoneNames?.includes(ZoneName) ?? true) && (ZoneIds?.includes(ZoneId) ?? true),
      )
      return { AvailabilityZones: filtered(wanted, Filters, zoneFields, () => ({})) }
    },
  }
}

function vpcAnswer(ec2: Ec2Context): Vpc {
  return {
    VpcId: vpcId,
    CidrBlock: cidr,
    CidrBlockAssociationSet: [],
    DhcpOptionsId: 'default',
    InstanceTenancy: 'default',
    IsDefault: true,
    OwnerId: ec2.account,
    State: 'available',
    Tags: tagList(ec2, vpcId),
  }
}

function subnetAnswer(ec2: Ec2Context, { id, availabilityZone }: ComputeSubnet, index: number): Subnet {
  return {
    SubnetId: id,
    SubnetArn: `arn:aws:ec2:${ec2.region}:${ec2.account}:subnet/${id}`,
    VpcId: vpcId,
    AvailabilityZone: availabilityZone,
    AvailabilityZoneId: zoneId(ec2.region, index),
    AvailableIpAddressCount: 4091,
    CidrBlock: `172.31.${index * 16}.0/20`,
    DefaultForAz: true,
    MapPublicIpOnLaunch: true,
    Ipv6CidrBlockAssociationSet: [],
    OwnerId: ec2.account,
    State: 'available',
    Tags: tagList(ec2, id),
  }
}

function zoneAnswer(region: string, name: string, index: number): AvailabilityZone {
  return {
    ZoneName: name,
    ZoneId: zoneId(region, index),
    ZoneType: 'availability-zone',
    RegionName: region,
    GroupName: `${region}-zg-1`,
    NetworkBorderGroup: region,
    OptInStatus: 'opt-in-not-required',
    State: 'available',
    Messages: [],
  }
}

/** `us-east-1` has zones `use1-az1` and so on. */
export function zoneId(region: string, index: number): string {
  const [area = '', direction = '', number = ''] = region.split('-')
  return `${area}${direction.slice(0, 1)}${number}-az${index + 1}`
}
