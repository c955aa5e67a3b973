import { createHash } from 'node:crypto'
import { type StepContext, ViridianError } from '@viridian/core'
import { z } from 'zod'
import { autoScalingApi } from './auto-scaling.ts'

const BlockDevice = z.object({
  DeviceName: z.string(),
  VirtualName: z.string().optional(),
  NoDevice: z.boolean().optional(),
  Ebs: z
    .object({
      SnapshotId: z.string().optional(),
      VolumeSize: z.int().optional(),
      VolumeType: z.string().optional(),
      DeleteOnTermination: z.boolean().optional(),
      Iops: z.int().optional(),
      Encrypted: z.boolean().optional(),
      Throughput: z.int().optional(),
    })
    .optional(),
})

const Settings = z.object({
  ImageId: z.string(),
  InstanceType: z.string(),
  KeyName: z.string().optional(),
  SecurityGroups: z.array(z.string()).optional(),
  ClassicLinkVPCId: z.string().optional(),
  ClassicLinkVPCSecurityGroups: z.array(z.string()).optional(),
  UserData: z.string().optional(),
  KernelId: z.string().optional(),
  RamdiskId: z.string().optional(),
  BlockDeviceMappings: z.array(BlockDevice).optional(),
  InstanceMonitoring: z.object({ Enabled: z.boolean().optional() }).optional(),
  SpotPrice: z.string().optional(),
  IamInstanceProfile: z.string().optional(),
  EbsOptimized: z.boolean().optional(),
  AssociatePublicIpAddress: z.boolean().optional(),
  PlacementTenancy: z.string().optional(),
  MetadataOptions: z
    .object({
      HttpTokens: z.enum(['optional', 'required']).optional(),
      HttpPutResponseHopLimit: z.int().optional(),
      HttpEndpoint: z.enum(['enabled', 'disabled']).optional(),
    })
    .optional(),
})

/**
 * Every setting of a launch configuration, as Auto Scaling names them. `UserData` is base64 and a secret: it is handed
 * to AWS again as it is, and never journaled.
 */
export type LaunchConfiguration = z.infer<typeof Settings>
export type BlockDevice = z.infer<typeof BlockDevice>

// AWS answers '' for what was never set, and refuses '' when it is sent back.
const isSet = (value: unknown): boolean =>
  value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)

const Described = z.preprocess(
  (raw) =>
    Object.fromEntries(
      Object.entries(z.record(z.string(), z.unknown()).parse(raw)).filter(([, value]) => isSet(value)),
    ),
  Settings,
)

const Answer = z.object({ LaunchConfigurations: z.array(Described) })

/**
 * Reads a launch configuration (`DescribeLaunchConfigurations`). They cannot be changed, so that a name means the
 * same settings whenever it is read.
 *
 * @throws ViridianError `E_LAUNCH_CONFIGURATION_NOT_FOUND`
 */
export async function readLaunchConfiguration(c: StepContext, name: string): Promise<LaunchConfiguration> {
  const input = { LaunchConfigurationNames: [name] }
  const { LaunchConfigurations: found } = await autoScalingApi(
    c,
    'DescribeLaunchConfigurations',
    input,
    Answer,
  )
  if (found[0]) return found[0]
  throw new ViridianError('E_LAUNCH_CONFIGURATION_NOT_FOUND', `there is no launch configuration ${name}`, {
    hint: 'somebody has deleted it: give the group one that exists',
    place: { call: 'autoscaling:DescribeLaunchConfigurations' },
  })
}

/** The SHA-256 of all settings: equal for equal settings, and it gives no secret away. */
export function launchDigest(settings: LaunchConfiguration): string {
  return createHash('sha256').update(JSON.stringify(settings, sortedKeys)).digest('hex')
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
