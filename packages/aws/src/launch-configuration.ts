import type * as Sdk from '@aws-sdk/client-auto-scaling'
import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { autoScalingApi } from './auto-scaling.ts'
import { decoded } from './decoded.ts'
import { type Copied, copyOf, type Fates } from './replica.ts'

/** What becomes of each member of a launch configuration in a copy with another image. */
export const launchConfigurationFates = {
  LaunchConfigurationName: 'rewritten',
  LaunchConfigurationARN: { leftOut: 'AWS gives each its own' },
  CreatedTime: { leftOut: 'AWS sets it' },
  ImageId: 'rewritten',
  // Without the snapshots that they are pinned to: those are the old image's.
  BlockDeviceMappings: 'rewritten',
  KeyName: 'copied',
  SecurityGroups: 'copied',
  ClassicLinkVPCId: 'copied',
  ClassicLinkVPCSecurityGroups: 'copied',
  UserData: 'copied',
  InstanceType: 'copied',
  KernelId: 'copied',
  RamdiskId: 'copied',
  InstanceMonitoring: 'copied',
  SpotPrice: 'copied',
  IamInstanceProfile: 'copied',
  EbsOptimized: 'copied',
  AssociatePublicIpAddress: 'copied',
  PlacementTenancy: 'copied',
  MetadataOptions: 'copied',
} as const satisfies Fates<Sdk.LaunchConfiguration>

const Described = z.intersection(
  decoded<Sdk.LaunchConfiguration>(),
  z.object({ ImageId: z.string(), InstanceType: z.string() }),
)
type Described = z.infer<typeof Described>

/**
 * Every setting of a launch configuration, as Auto Scaling names them: what was never set is left away. `UserData` is
 * base64 and a secret: it is handed to AWS again as it is, and never journaled.
 */
export type LaunchConfiguration = Copied<Described, typeof launchConfigurationFates> &
  Pick<Described, 'ImageId' | 'BlockDeviceMappings'>

const Answer = z.object({ LaunchConfigurations: z.array(Described) })

/**
 * Reads a launch configuration (`DescribeLaunchConfigurations`). They cannot be changed, so that a name means the
 * same settings whenever it is read.
 *
 * @throws ViridianError `E_LAUNCH_CONFIGURATION_NOT_FOUND`
 */
export async function readLaunchConfiguration(c: StepContext, name: string): Promise<LaunchConfiguration> {
  const input = { LaunchConfigurationNames: [name] }
  const answer = await autoScalingApi(c, 'DescribeLaunchConfigurations', input, Answer)
  const [found] = answer.LaunchConfigurations
  if (found) return settingsOf(found)
  throw new ViridianError('E_LAUNCH_CONFIGURATION_NOT_FOUND', `there is no launch configuration ${name}`, {
    hint: 'somebody has deleted it: give the group one that exists',
    place: { call: 'autoscaling:DescribeLaunchConfigurations' },
  })
}

function settingsOf(found: Described): LaunchConfiguration {
  const { ImageId, BlockDeviceMappings = [] } = found
  return {
    ...copyOf(found, launchConfigurationFates),
    ImageId,
    ...(BlockDeviceMappings.length > 0 && { BlockDeviceMappings }),
  }
}
