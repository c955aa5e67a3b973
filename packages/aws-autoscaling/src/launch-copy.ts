import type { BlockDevice, LaunchConfiguration } from '@viridian/aws'

/**
 * What `CreateLaunchConfiguration` takes for a copy with another image: every setting, but for the snapshots that block
 * devices are pinned to. Those are the old image's: the new one brings its own.
 */
export function copyWithImage(
  settings: LaunchConfiguration,
  name: string,
  image: string,
): LaunchConfiguration & { LaunchConfigurationName: string } {
  const { BlockDeviceMappings, ...others } = settings
  const devices = BlockDeviceMappings?.map(unpinned).filter((device) => device !== undefined)
  return {
    ...others,
    ...(devices && devices.length > 0 && { BlockDeviceMappings: devices }),
    LaunchConfigurationName: name,
    ImageId: image,
  }
}

function unpinned(device: BlockDevice): BlockDevice | undefined {
  if (device.Ebs?.SnapshotId === undefined) return device
  const { SnapshotId: _, ...Ebs } = device.Ebs
  // A mapping that said nothing but the snapshot says nothing any more.
  return Object.keys(Ebs).length > 0 ? { ...device, Ebs } : undefined
}
