import type { NetworkInterface } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { Ec2Context, Ec2Handlers } from './context.ts'
import { type Fields, filtered } from './filters.ts'
import { findAll, kinds } from './ids.ts'
import {
  addressAnswer,
  association,
  attachment,
  groupAnswers,
  macAddress,
  privateDnsName,
} from './instance-answer.ts'
import { ec2Page } from './pages.ts'
import type { InstanceRecord } from './records.ts'
import { tagList, tagsOf } from './tags.ts'

const fields: Fields<NetworkInterface> = {
  'network-interface-id': ({ NetworkInterfaceId }) => [NetworkInterfaceId],
  'attachment.attachment-id': ({ Attachment }) => [Attachment?.AttachmentId],
  'attachment.device-index': ({ Attachment }) => [`${Attachment?.DeviceIndex}`],
  'attachment.instance-id': ({ Attachment }) => [Attachment?.InstanceId],
  'attachment.instance-owner-id': ({ Attachment }) => [Attachment?.InstanceOwnerId],
  'attachment.status': ({ Attachment }) => [Attachment?.Status],
  'addresses.private-ip-address': ({ PrivateIpAddress }) => [PrivateIpAddress],
  'association.public-ip': ({ Association }) => [Association?.PublicIp],
  'availability-zone': ({ AvailabilityZone }) => [AvailabilityZone],
  description: ({ Description }) => [Description],
  'group-id': ({ Groups = [] }) => Groups.map(({ GroupId }) => GroupId),
  'group-name': ({ Groups = [] }) => Groups.map(({ GroupName }) => GroupName),
  'interface-type': ({ InterfaceType }) => [InterfaceType],
  'mac-address': ({ MacAddress }) => [MacAddress],
  'owner-id': ({ OwnerId }) => [OwnerId],
  'private-dns-name': ({ PrivateDnsName }) => [PrivateDnsName],
  'private-ip-address': ({ PrivateIpAddress }) => [PrivateIpAddress],
  'requester-managed': ({ RequesterManaged }) => [`${RequesterManaged}`],
  'source-dest-check': ({ SourceDestCheck }) => [`${SourceDestCheck}`],
  status: ({ Status }) => [Status],
  'subnet-id': ({ SubnetId }) => [SubnetId],
  'vpc-id': ({ VpcId }) => [VpcId],
}

/** Each instance has one, which goes with it. */
export function networkInterfaceHandlers(ec2: Ec2Context): Ec2Handlers {
  return {
    DescribeNetworkInterfaces(input) {
      if (input.NetworkInterfaceIds?.length && input.MaxResults !== undefined) {
        throw new AwsError(
          'InvalidParameterCombination',
          'The parameter networkInterfaceIdSet cannot be used with the parameter maxResults',
        )
      }
      const attached = Object.values(ec2.records.instances).filter(({ state }) => state !== 'terminated')
      const all = Object.fromEntries(
        attached.map((instance) => [instance.networkInterfaceId, interfaceAnswer(ec2, instance)]),
      )
      const asked = findAll(kinds.networkInterface, all, input.NetworkInterfaceIds ?? Object.keys(all))
      const tags = ({ NetworkInterfaceId = '' }: NetworkInterface): Readonly<Record<string, string>> =>
        tagsOf(ec2, NetworkInterfaceId)
      const { items, next } = ec2Page(filtered(asked, input.Filters, fields, tags), input)
      return { NetworkInterfaces: [...items], NextToken: next }
    },
  }
}

function interfaceAnswer(ec2: Ec2Context, instance: InstanceRecord): NetworkInterface {
  const { networkInterfaceId: id, address } = instance
  return {
    NetworkInterfaceId: id,
    // As with instances, the loopback address is both the private and the public one.
    Association: association(instance),
    Attachment: { ...attachment(instance), InstanceId: instance.id, InstanceOwnerId: ec2.account },
    AvailabilityZone: instance.availabilityZone,
    Description: '',
    Groups: groupAnswers(ec2, instance),
    InterfaceType: 'interface',
    Ipv6Addresses: [],
    MacAddress: macAddress(instance),
    OwnerId: ec2.account,
    PrivateDnsName: privateDnsName(ec2, instance),
    PrivateIpAddress: address,
    PrivateIpAddresses: [addressAnswer(instance)],
    RequesterManaged: false,
    SourceDestCheck: true,
    Status: 'in-use',
    SubnetId: instance.subnetId,
    TagSet: tagList(ec2, id),
    VpcId: instance.vpcId,
  }
}
