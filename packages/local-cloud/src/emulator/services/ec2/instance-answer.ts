import type { Instance, Reservation, InstanceState as StateAnswer } from '@aws-sdk/client-ec2'
import type { InstanceState } from './compute.ts'
import type { Ec2Context } from './context.ts'
import { rootDevice } from './images.ts'
import type { InstanceRecord } from './records.ts'
import { tagList } from './tags.ts'

const codes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
}

export function stateAnswer(state: InstanceState): StateAnswer {
  return { Code: codes[state], Name: state }
}

/** One reservation a launch, as DescribeInstances groups its answer. */
export function reservationAnswers(ec2: Ec2Context, records: readonly InstanceRecord[]): Reservation[] {
  const byId = new Map<string, InstanceRecord[]>()
  for (const record of records)
    byId.set(record.reservationId, [...(byId.get(record.reservationId) ?? []), record])
  return [...byId].map(([ReservationId, members]) => ({
    ReservationId,
    OwnerId: ec2.account,
    Groups: [],
    Instances: members.map((record) => instanceAnswer(ec2, record)),
  }))
}

function instanceAnswer(ec2: Ec2Context, record: InstanceRecord): Instance {
  const { id, state } = record
  const SecurityGroups = groupAnswers(ec2, record)
  return {
    InstanceId: id,
    ImageId: record.imageId,
    // The SDK lists the types that it knows; the wire carries any text.
    InstanceType: record.instanceType as Instance['InstanceType'],
    ...(record.spot && { InstanceLifecycle: 'spot' }),
    KeyName: record.keyName,
    AmiLaunchIndex: record.launchIndex,
    ClientToken: record.clientToken ?? '',
    LaunchTime: new Date(record.launchTime),
    State: stateAnswer(state),
    StateReason: record.stateReason,
    StateTransitionReason: record.transition,
    Placement: record.placement,
    Monitoring: { State: record.monitoring ? 'enabled' : 'disabled' },
    Architecture: 'x86_64',
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    EnaSupport: true,
    EbsOptimized: record.ebsOptimized,
    RootDeviceName: rootDevice,
    RootDeviceType: 'ebs',
    ProductCodes: [],
    MetadataOptions: record.metadata,
    IamInstanceProfile:
      record.profileArn === undefined ? undefined : { Arn: record.profileArn, Id: 'AIPA0000000000000LOCAL' },
    // What is terminated has neither network nor disks.
    ...(state === 'terminated'
      ? {
          PrivateDnsName: '',
          PublicDnsName: '',
          NetworkInterfaces: [],
          BlockDeviceMappings: [],
          SecurityGroups: [],
        }
      : { ...networkAnswer(ec2, record), SecurityGroups, BlockDeviceMappings: deviceAnswers(record) }),
    Tags: tagList(ec2, id),
  }
}

/** `ip-127-1-2-3.ec2.internal`, or with the region in it outside us-east-1. */
export function privateDnsName({ region }: Ec2Context, { address }: InstanceRecord): string {
  const domain = region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`
  return `ip-${address.replaceAll('.', '-')}.${domain}`
}

/** The loopback address is both the private and the public one, so that either works. */
function networkAnswer(ec2: Ec2Context, record: InstanceRecord): Partial<Instance> {
  const { address, subnetId, vpcId, networkInterfaceId } = record
  return {
    PrivateIpAddress: address,
    PublicIpAddress: address,
    PrivateDnsName: privateDnsName(ec2, record),
    PublicDnsName: '',
    SubnetId: subnetId,
    VpcId: vpcId,
    SourceDestCheck: true,
    NetworkInterfaces: [
      {
        NetworkInterfaceId: networkInterfaceId,
        PrivateIpAddress: address,
        PrivateIpAddresses: [addressAnswer(record)],
        SubnetId: subnetId,
        VpcId: vpcId,
        OwnerId: ec2.account,
        Status: 'in-use',
        Groups: groupAnswers(ec2, record),
        Ipv6Addresses: [],
        Association: association(record),
        Attachment: attachment(record),
        Description: '',
        InterfaceType: 'interface',
        MacAddress: macAddress(record),
        SourceDestCheck: true,
      },
    ],
  }
}

/** How the interface of an instance is reached from outside. */
export const association = ({ address }: InstanceRecord) => ({
  PublicIp: address,
  PublicDnsName: '',
  IpOwnerId: 'amazon',
})

/** By what the interface of an instance hangs on it. */
export const attachment = ({ networkInterfaceId, createdAt }: InstanceRecord) => ({
  AttachmentId: networkInterfaceId.replace('eni-', 'eni-attach-'),
  AttachTime: new Date(createdAt),
  DeviceIndex: 0,
  Status: 'attached' as const,
  DeleteOnTermination: true,
})

/** The only address of an interface. */
export const addressAnswer = (record: InstanceRecord) => ({
  Primary: true,
  PrivateIpAddress: record.address,
  Association: association(record),
})

/** A local one, by the address. */
export function macAddress({ address }: InstanceRecord): string {
  const bytes = [2, 0, ...address.split('.').map(Number)]
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}

export function groupAnswers(
  { records }: Ec2Context,
  { groupIds }: InstanceRecord,
): { GroupId: string; GroupName: string }[] {
  return groupIds.map((id) => ({ GroupId: id, GroupName: records.securityGroups[id]?.name ?? '' }))
}

export function deviceAnswers({
  volumes,
  launchTime,
}: InstanceRecord): NonNullable<Instance['BlockDeviceMappings']> {
  return volumes.map(({ id, device, deleteOnTermination }) => ({
    DeviceName: device,
    Ebs: {
      VolumeId: id,
      Status: 'attached',
      AttachTime: new Date(launchTime),
      DeleteOnTermination: deleteOnTermination,
    },
  }))
}
