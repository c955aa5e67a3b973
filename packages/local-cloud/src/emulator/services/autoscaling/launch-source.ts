import type { BlockDeviceMapping } from '@aws-sdk/client-auto-scaling'
import type { BlockDeviceMapping as Ec2BlockDeviceMapping } from '@aws-sdk/client-ec2'
import { validationError } from '../constraint.ts'
import type { ComputeSubnet, LaunchRequest } from '../ec2/compute.ts'
import type { Group } from './group.ts'
import type { GroupBook } from './group-book.ts'
import type { LaunchConfigurationRecord } from './launch-configuration.ts'

/** What a request says of what a group launches from. */
export interface LaunchSourceInput {
  readonly LaunchConfigurationName?: string | undefined
  readonly LaunchTemplate?: object | undefined
  readonly MixedInstancesPolicy?: object | undefined
  readonly InstanceId?: string | undefined
}

/**
 * The launch configuration that a request names; undefined when it names none.
 *
 * @throws AwsError `ValidationError` for one that does not exist, and for the sources that this cloud has not.
 */
export function readLaunchSource(input: LaunchSourceInput, book: GroupBook): string | undefined {
  if (input.LaunchTemplate ?? input.MixedInstancesPolicy ?? input.InstanceId) {
    throw validationError(
      'The local cloud launches from launch configurations only: give LaunchConfigurationName.',
    )
  }
  if (input.LaunchConfigurationName === undefined) return undefined
  return book.findConfiguration(input.LaunchConfigurationName).name
}

/** The launch of `count` instances of a group in a subnet. */
export function launchRequest(
  group: Group,
  source: LaunchConfigurationRecord,
  subnet: ComputeSubnet,
  count: number,
): LaunchRequest {
  const { settings } = source
  return {
    count,
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
    TagSpecifications: [{ ResourceType: 'instance', Tags: tagsOf(group) }],
  }
}

function tagsOf(group: Group): { Key: string; Value: string }[] {
  const propagated = Object.entries(group.tags).filter(([, { propagate }]) => propagate)
  return [
    ...propagated.map(([Key, { value }]) => ({ Key, Value: value })),
    { Key: groupTag, Value: group.name },
  ]
}

/** The tag by which an instance's group is known from the instance. */
export const groupTag = 'aws:autoscaling:groupName'

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
