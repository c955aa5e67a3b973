import type { ComputeSubnet, ComputeTemplate, LaunchRequest } from '../ec2/compute.ts'
import type { Group } from './group.ts'
import { instanceTags } from './instance-tags.ts'

/**
 * What a group adds to a version of a launch template: the subnet (in the network interfaces, where the template has
 * some), and tags. The group's tags win over the template's.
 */
export function templateRequest(
  group: Group,
  { id, version, data }: ComputeTemplate,
  subnet: ComputeSubnet,
): Omit<LaunchRequest, 'count'> {
  const { NetworkInterfaces = [], TagSpecifications = [] } = data
  const ofInstances = TagSpecifications.filter(({ ResourceType }) => ResourceType === 'instance')
  const ofOthers = TagSpecifications.filter(({ ResourceType }) => ResourceType !== 'instance')
  const Tags = [...ofInstances.flatMap((each) => each.Tags ?? []), ...instanceTags(group)]
  return {
    LaunchTemplate: { LaunchTemplateId: id, Version: version },
    ...(NetworkInterfaces.length === 0
      ? { SubnetId: subnet.id }
      : { NetworkInterfaces: NetworkInterfaces.map((each) => ({ ...each, SubnetId: subnet.id })) }),
    ...(data.Placement && { Placement: { ...data.Placement, AvailabilityZone: subnet.availabilityZone } }),
    TagSpecifications: [...ofOthers, { ResourceType: 'instance', Tags }],
  }
}
