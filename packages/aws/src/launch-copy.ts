import type { CreateLaunchConfigurationType } from '@aws-sdk/client-auto-scaling'
import type { CreateLaunchTemplateVersionRequest, RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import { type LaunchConfiguration, launchConfigurationFates } from './launch-configuration.ts'
import { type LaunchTemplateVersion, templateDataFates, templateVersionFates } from './launch-template.ts'
import { copyOf } from './replica.ts'

/**
 * What `CreateLaunchConfiguration` takes for a copy with another image: every setting, but for the snapshots that block
 * devices are pinned to. Those are the old image's: the new one brings its own.
 *
 * @example
 * ```ts
 * const { configuration } = await readLaunchSettings(c, { kind: 'launchConfiguration', name: 'web-v1' })
 * const input = configurationWithImage(configuration, 'web-v2', image)
 * ```
 */
export function configurationWithImage(
  settings: LaunchConfiguration,
  name: string,
  image: string,
): CreateLaunchConfigurationType {
  return {
    ...copyOf(settings, launchConfigurationFates),
    ...unpinned(settings.BlockDeviceMappings),
    LaunchConfigurationName: name,
    ImageId: image,
  }
}

/**
 * What `CreateLaunchTemplateVersion` takes for a version with another image: every setting of the old one, but for the
 * snapshots, as above. It says all of it: a version that builds on another one inherits block devices otherwise.
 *
 * @example
 * ```ts
 * const found = await findLaunchTemplateVersion(c, 'lt-0123456789abcdef0', '3')
 * const input = found && versionWithImage(found, 'release v2', image)
 * ```
 */
export function versionWithImage(
  version: LaunchTemplateVersion,
  description: string,
  image: string,
): CreateLaunchTemplateVersionRequest {
  const data = {
    ...copyOf(version.LaunchTemplateData, templateDataFates),
    ...unpinned(version.LaunchTemplateData.BlockDeviceMappings),
    ImageId: image,
  }
  return {
    ...copyOf(version, templateVersionFates),
    VersionDescription: description,
    // EC2 takes what it describes; the types differ in what they call optional.
    LaunchTemplateData: data as RequestLaunchTemplateData,
  }
}

interface Device {
  readonly Ebs?: { readonly SnapshotId?: string | undefined } | undefined
}

/** Block devices without the snapshots that they are pinned to. */
export function unpinned<Pinned extends Device>(
  devices: readonly Pinned[] = [],
): { readonly BlockDeviceMappings?: Pinned[] } {
  const BlockDeviceMappings = devices.flatMap((device): Pinned[] => {
    if (device.Ebs?.SnapshotId === undefined) return [device]
    const { SnapshotId: _old, ...Ebs } = device.Ebs
    // A mapping that said nothing but the snapshot says nothing any more.
    return Object.keys(Ebs).length > 0 ? [{ ...device, Ebs }] : []
  })
  return BlockDeviceMappings.length > 0 ? { BlockDeviceMappings } : {}
}
