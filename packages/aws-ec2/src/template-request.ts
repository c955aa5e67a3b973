import type { RunInstancesRequest } from '@aws-sdk/client-ec2'
import type { LaunchTemplateVersion } from '@viridian/aws'
import type { Placement } from './placement.ts'

/**
 * A launch from a version of a launch template. EC2 takes from the version what the request does not say; what it does
 * say goes in place of the whole member, so that placement, network interfaces and tags are said again in full.
 */
export function templateRequest(
  { LaunchTemplateId, VersionNumber, LaunchTemplateData: data }: LaunchTemplateVersion,
  { zone, subnet, group }: Placement,
): Partial<RunInstancesRequest> {
  // The zone is the placement's: an id of another one beside it would be refused.
  const { AvailabilityZoneId: _, ...said } = data.Placement ?? {}
  // A group's own goes in place of the template's, which may name it by its id.
  const { GroupId: _id, GroupName: _name, ...elsewhere } = said
  const placed = group === undefined ? said : { ...elsewhere, GroupName: group }
  return {
    LaunchTemplate: { LaunchTemplateId, Version: `${VersionNumber}` },
    Placement: { ...placed, AvailabilityZone: zone },
    ...network(data, subnet),
    TagSpecifications: data.TagSpecifications,
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
