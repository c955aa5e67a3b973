import type { BlockDeviceMapping, RunInstancesRequest } from '@aws-sdk/client-ec2'
import type { LaunchConfiguration } from '@viridian/aws'
import type { Placement } from './placement.ts'

type BlockDevice = NonNullable<LaunchConfiguration['BlockDeviceMappings']>[number]

/** The settings of a launch configuration in EC2's words. */
export function configurationRequest(
  settings: LaunchConfiguration,
  { zone, subnet, group }: Placement,
): Partial<RunInstancesRequest> {
  return {
    ImageId: settings.ImageId,
    // Auto Scaling took the type from EC2's own list.
    InstanceType: settings.InstanceType as RunInstancesRequest['InstanceType'],
    KeyName: settings.KeyName,
    KernelId: settings.KernelId,
    RamdiskId: settings.RamdiskId,
    // Both APIs hold it as base64: encoded once, by whoever wrote the launch configuration.
    UserData: settings.UserData,
    BlockDeviceMappings: settings.BlockDeviceMappings?.map(blockDevice),
    Monitoring: { Enabled: settings.InstanceMonitoring?.Enabled ?? true },
    EbsOptimized: settings.EbsOptimized,
    MetadataOptions: settings.MetadataOptions,
    IamInstanceProfile: profile(settings.IamInstanceProfile),
    InstanceMarketOptions: market(settings.SpotPrice),
    Placement: {
      AvailabilityZone: zone,
      GroupName: group,
      // Auto Scaling took the tenancy from EC2's own list.
      Tenancy: settings.PlacementTenancy as 'default' | 'dedicated' | undefined,
    },
    ...network(settings, subnet),
  }
}

function network(settings: LaunchConfiguration, subnet: string | undefined): Partial<RunInstancesRequest> {
  const groups = settings.SecurityGroups ?? []
  const ids = groups.filter((group) => group.startsWith('sg-'))
  const names = groups.filter((group) => !group.startsWith('sg-'))
  if (settings.AssociatePublicIpAddress === undefined)
    return {
      SubnetId: subnet,
      ...(ids.length > 0 && { SecurityGroupIds: ids }),
      ...(names.length > 0 && { SecurityGroups: names }),
    }
  // The choice of a public address is the network interface's, and then subnet and groups are too.
  const { AssociatePublicIpAddress } = settings
  return {
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        DeleteOnTermination: true,
        AssociatePublicIpAddress,
        SubnetId: subnet,
        ...(groups.length > 0 && { Groups: groups }),
      },
    ],
  }
}

function blockDevice({ DeviceName, VirtualName, NoDevice, Ebs }: BlockDevice): BlockDeviceMapping {
  // For Auto Scaling NoDevice is true, for EC2 an empty string.
  if (NoDevice) return { DeviceName, NoDevice: '' }
  // Auto Scaling took the volume's type from EC2's own list.
  return { DeviceName, VirtualName, Ebs: Ebs as BlockDeviceMapping['Ebs'] }
}

function profile(nameOrArn: string | undefined): RunInstancesRequest['IamInstanceProfile'] {
  if (nameOrArn === undefined) return undefined
  return nameOrArn.startsWith('arn:') ? { Arn: nameOrArn } : { Name: nameOrArn }
}

function market(spotPrice: string | undefined): RunInstancesRequest['InstanceMarketOptions'] {
  if (spotPrice === undefined) return undefined
  return { MarketType: 'spot', SpotOptions: { MaxPrice: spotPrice, SpotInstanceType: 'one-time' } }
}
