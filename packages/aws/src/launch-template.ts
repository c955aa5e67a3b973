import type {
  LaunchTemplateVersion as DescribedVersion,
  ResponseLaunchTemplateData as TemplateData,
} from '@aws-sdk/client-ec2'
import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { awsCode } from './aws-error.ts'
import { decoded } from './decoded.ts'
import { ec2Api } from './ec2.ts'
import type { Fates } from './replica.ts'

/** What becomes of each member of a launch template's version in the next one. */
export const templateVersionFates = {
  LaunchTemplateId: 'copied',
  LaunchTemplateName: { leftOut: 'the id names the template' },
  VersionNumber: { leftOut: 'AWS counts' },
  VersionDescription: 'rewritten',
  CreateTime: { leftOut: 'AWS sets it' },
  CreatedBy: { leftOut: 'AWS sets it' },
  DefaultVersion: { leftOut: 'the default stays what it is: the group names the number' },
  LaunchTemplateData: 'rewritten',
  Operator: { leftOut: 'AWS says by it which of its own services has made the template' },
} as const satisfies Fates<DescribedVersion>

/** What becomes of each setting of a launch template in a version with another image. */
export const templateDataFates = {
  ImageId: 'rewritten',
  // Without the snapshots that they are pinned to: those are the old image's.
  BlockDeviceMappings: 'rewritten',
  Operator: { leftOut: 'AWS reserves it for its own services' },
  KernelId: 'copied',
  EbsOptimized: 'copied',
  IamInstanceProfile: 'copied',
  NetworkInterfaces: 'copied',
  InstanceType: 'copied',
  KeyName: 'copied',
  Monitoring: 'copied',
  Placement: 'copied',
  RamDiskId: 'copied',
  DisableApiTermination: 'copied',
  InstanceInitiatedShutdownBehavior: 'copied',
  UserData: 'copied',
  TagSpecifications: 'copied',
  ElasticGpuSpecifications: 'copied',
  ElasticInferenceAccelerators: 'copied',
  SecurityGroupIds: 'copied',
  SecurityGroups: 'copied',
  InstanceMarketOptions: 'copied',
  CreditSpecification: 'copied',
  CpuOptions: 'copied',
  CapacityReservationSpecification: 'copied',
  LicenseSpecifications: 'copied',
  HibernationOptions: 'copied',
  MetadataOptions: 'copied',
  EnclaveOptions: 'copied',
  InstanceRequirements: 'copied',
  PrivateDnsNameOptions: 'copied',
  MaintenanceOptions: 'copied',
  DisableApiStop: 'copied',
  NetworkPerformanceOptions: 'copied',
  SecondaryInterfaces: 'copied',
} as const satisfies Fates<TemplateData>

const LaunchTemplateVersion = z.intersection(
  decoded<DescribedVersion>(),
  z.object({
    LaunchTemplateId: z.string(),
    LaunchTemplateName: z.string(),
    VersionNumber: z.int(),
    LaunchTemplateData: decoded<TemplateData>(),
  }),
)

/**
 * A version of a launch template, as EC2 describes it. Its user data is base64 and a secret: it is handed to AWS again as
 * it is, and never journaled.
 */
export type LaunchTemplateVersion = z.infer<typeof LaunchTemplateVersion>

const Versions = z.object({ LaunchTemplateVersions: z.array(LaunchTemplateVersion) })

/**
 * Reads a version of a launch template: a number, `$Latest` or `$Default` (`DescribeLaunchTemplateVersions`). Versions
 * cannot be changed: a number means the same settings whenever it is read.
 *
 * @throws ViridianError `E_LAUNCH_TEMPLATE_NOT_FOUND`
 */
export async function readLaunchTemplateVersion(
  c: StepContext,
  id: string,
  version: string,
): Promise<LaunchTemplateVersion> {
  const found = await findLaunchTemplateVersion(c, id, version)
  if (found) return found
  throw new ViridianError(
    'E_LAUNCH_TEMPLATE_NOT_FOUND',
    `there is no version ${version} of launch template ${id}`,
    {
      hint: 'somebody has deleted it: give the group one that exists',
      place: { call: 'ec2:DescribeLaunchTemplateVersions' },
    },
  )
}

/**
 * Reads a version of a launch template: a number, `$Latest` or `$Default` (`DescribeLaunchTemplateVersions`); undefined
 * when there is no such version, or no such template.
 *
 * @example
 * ```ts
 * const latest = await findLaunchTemplateVersion(c, 'lt-0123456789abcdef0', '$Latest')
 * latest?.VersionNumber // 3
 * ```
 */
export async function findLaunchTemplateVersion(
  c: StepContext,
  id: string,
  version: string,
): Promise<LaunchTemplateVersion | undefined> {
  const input = { LaunchTemplateId: id, Versions: [version] }
  try {
    return (await ec2Api(c, 'DescribeLaunchTemplateVersions', input, Versions)).LaunchTemplateVersions[0]
  } catch (error) {
    if (/^InvalidLaunchTemplateId\.(NotFound|VersionNotFound)$/.test(awsCode(error) ?? '')) return undefined
    throw error
  }
}
