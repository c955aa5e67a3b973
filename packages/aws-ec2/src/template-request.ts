import type { RunInstancesRequest } from '@aws-sdk/client-ec2'
import type { InstanceKind, LaunchTemplateVersion } from '@viridian/aws'
import type { Placement } from './placement.ts'

/**
 * A launch from a version of a launch template. EC2 takes from the version what the request does not say; what it does
 * say goes in place of the whole member, so that placement, network interfaces and tags are said again in full.
 */
export function templateRequest(
  { LaunchTemplateId, VersionNumber, LaunchTemplateData: data }: LaunchTemplateVersion,
  { zone, subnet, group, kind }: Placement,
): Partial<RunInstancesRequest> {
  // The zone is the placement's: an id of another one beside it would be refused.
  const { AvailabilityZoneId: _, ...said } = data.Placement ?? {}
  // A group's own goes in place of the template's, which may name it by its id.
  const { GroupId: _id, GroupName: _name, ...elsewhere } = said
  const placed = group === undefined ? said : { ...elsewhere, GroupName: group }
  return {
    LaunchTemplate: { LaunchTemplateId, Version: `${VersionNumber}` },
    Placement: { ...placed, AvailabilityZone: zone },
    ...(kind !== undefined && kindOf(kind)),
    ...network(data, subnet),
    TagSpecifications: data.TagSpecifications,
  }
}

/** As Auto Scaling asks for them: a Spot Instance is not asked for again once it is gone. */
function kindOf({ type, spot }: InstanceKind): Partial<RunInstancesRequest> {
  return {
    // Auto Scaling took the type from EC2's own list.
    InstanceType: type as RunInstancesRequest['InstanceType'],
    ...(spot && {
      InstanceMarketOptions: {
        MarketType: 'spot',
        SpotOptions: { SpotInstanceType: 'one-time', MaxPrice: spot.maxPrice },
      },
    }),
  }
}

function network(
  { NetworkInterfaces = [] }: LaunchTemplateVersion['LaunchTemplateData'],
  SubnetId: string | undefined,
): Partial<RunInstancesRequest> {
  if (SubnetId === undefined) return {}
  // The subnet is the network interfaces' where there are some: EC2 refuses it beside them.
  if (NetworkInterfaces.length === 0) return { SubnetId }
  return { NetworkInterfaces: NetworkInterfaces.map((each) => ({ ...each, SubnetId })) }
}
