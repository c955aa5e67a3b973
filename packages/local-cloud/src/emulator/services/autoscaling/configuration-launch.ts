import type { BlockDeviceMapping } from '@aws-sdk/client-auto-scaling'
import type { BlockDeviceMapping as Ec2BlockDeviceMapping } from '@aws-sdk/client-ec2'
import type { ComputeSubnet, LaunchRequest } from '../ec2/compute.ts'
import type { Group } from './group.ts'
import { instanceTags } from './instance-tags.ts'
import type { LaunchConfigurationRecord } from './launch-configuration.ts'

/** What a launch configuration says of a launch in a subnet, in EC2's words. */
export function configurationRequest(
  group: Group,
  source: LaunchConfigurationRecord,
  subnet: ComputeSubnet,
): Omit<LaunchRequest, 'count'> {
  const { settings } = source
  return {
    ImageId: source.imageId,
    // The API's type lists the types that AWS had when the client was made; the record keeps what was asked for.
    InstanceType: source.instanceType as NonNullable<LaunchRequest['InstanceType']>,
    SubnetId: subnet.id,
    ...(settings.SecurityGroups?.length ? { SecurityGroupIds: settings.SecurityGroups } : {}),
    ...(settings.KeyName ? { KeyName: settings.KeyName } : {}),
    ...(settings.UserData ? { UserData: settings.UserData } : {}),
    ...(settings.KernelId ? { KernelId: settings.KernelId } : {}),
    ...(settings.RamdiskId ? { RamdiskId: settings.RamdiskId } : {}),
    ...(settings.BlockDeviceMappings?.length
      ? { BlockDeviceMappings: settings.BlockDeviceMappings.map(ec2Mapping) }
      : {}),
    ...(settings.EbsOptimized === undefined ? {} : { EbsOptimized: settings.EbsOptimized }),
    ...(settings.IamInstanceProfile ? { IamInstanceProfile: profileOf(settings.IamInstanceProfile) } : {}),
    ...(settings.MetadataOptions === undefined ? {} : { MetadataOptions: settings.MetadataOptions }),
    Monitoring: { Enabled: settings.InstanceMonitoring?.Enabled ?? true },
    TagSpecifications: [{ ResourceType: 'instance', Tags: instanceTags(group) }],
  }
}

function profileOf(profile: string): { Arn: string } | { Name: string } {
  return profile.startsWith('arn:') ? { Arn: profile } : { Name: profile }
}

function ec2Mapping({ NoDevice, ...mapping }: BlockDeviceMapping): Ec2BlockDeviceMapping {
  const { Ebs, ...rest } = mapping
  const type = Ebs?.VolumeType
  return {
    ...rest,
    ...(NoDevice === true ? { NoDevice: '' } : {}),
    ...(Ebs === undefined
      ? {}
      : {
          Ebs: {
            ...Ebs,
            // As above: a volume type is text here, and a list of AWS's in the other client.
            VolumeType: type as NonNullable<Ec2BlockDeviceMapping['Ebs']>['VolumeType'],
          },
        }),
  }
}
