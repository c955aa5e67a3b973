import type { ComputeSubnet, ComputeTemplate, LaunchRequest } from '../ec2/compute.ts'
import type { Group } from './group.ts'
import { instanceTags } from './instance-tags.ts'

/**
 * What a group adds to a version of a launch template: the subnet (in the first network interface, where the template
 * has one), and tags. The group's tags win over the template's.
 */
export function templateRequest(
  group: Group,
  { id, version, data }: ComputeTemplate,
  subnet: ComputeSubnet,
): Omit<LaunchRequest, 'count'> {
  const { NetworkInterfaces: [first, ...others] = [], TagSpecifications = [] } = data
  const ofInstances = TagSpecifications.filter(({ ResourceType }) => ResourceType === 'instance')
  const ofOthers = TagSpecifications.filter(({ ResourceType }) => ResourceType !== 'instance')
  const Tags = [...ofInstances.flatMap((each) => each.Tags ?? []), ...instanceTags(group)]
  return {
    LaunchTemplate: { LaunchTemplateId: id, Version: version },
    ...(first === undefined
      ? { SubnetId: subnet.id }
      : { NetworkInterfaces: [{ ...first, SubnetId: subnet.id }, ...others] }),
    ...(data.Placement && { Placement: { ...data.Placement, AvailabilityZone: subnet.availabilityZone } }),
    TagSpecifications: [...ofOthers, { ResourceType: 'instance', Tags }],
  }
}
