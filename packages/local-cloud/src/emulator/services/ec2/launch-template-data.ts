import type {
  LaunchTemplateBlockDeviceMappingRequest,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
  RunInstancesRequest,
} from '@aws-sdk/client-ec2'
import type { Ec2Context } from './context.ts'
import { findVersion } from './launch-template-book.ts'

/**
 * The data of a version that is made from another one: what the request says, and for the rest what the source says,
 * without the snapshots of its block devices.
 */
export function inherited(
  source: RequestLaunchTemplateData,
  given: RequestLaunchTemplateData,
): RequestLaunchTemplateData {
  const devices = source.BlockDeviceMappings?.map(withoutSnapshot)
  return { ...source, ...(devices && { BlockDeviceMappings: devices }), ...said(given) }
}

function withoutSnapshot(
  device: LaunchTemplateBlockDeviceMappingRequest,
): LaunchTemplateBlockDeviceMappingRequest {
  if (device.Ebs === undefined) return device
  const { SnapshotId: _ignored, ...Ebs } = device.Ebs
  return { ...device, Ebs }
}

/**
 * A launch with what its template says where the request says nothing, the template's version resolved to a number.
 *
 * @throws AwsError for a template or a version that does not exist
 */
export function withTemplate(ec2: Ec2Context, request: RunInstancesRequest): RunInstancesRequest {
  if (request.LaunchTemplate === undefined) return request
  const { template, version } = findVersion(ec2, request.LaunchTemplate)
  // Machines here have no use for a choice of types, nor for secondary networks.
  const { InstanceRequirements: _types, SecondaryInterfaces: _networks, ...used } = version.data
  const { RamDiskId, ElasticGpuSpecifications, Monitoring, ...data } = used
  return {
    ...data,
    ...(RamDiskId !== undefined && { RamdiskId: RamDiskId }),
    ...(ElasticGpuSpecifications && { ElasticGpuSpecification: ElasticGpuSpecifications }),
    ...(Monitoring && { Monitoring: { Enabled: Monitoring.Enabled ?? false } }),
    ...said(request),
    MinCount: request.MinCount,
    MaxCount: request.MaxCount,
    LaunchTemplate: { LaunchTemplateId: template.id, Version: `${version.number}` },
  }
}

/** As EC2 describes it. A time that went through the store is text there. */
export function describedData(data: RequestLaunchTemplateData): ResponseLaunchTemplateData {
  const { InstanceMarketOptions: market, ...others } = data
  if (market?.SpotOptions?.ValidUntil === undefined) return data
  const SpotOptions = { ...market.SpotOptions, ValidUntil: new Date(market.SpotOptions.ValidUntil) }
  return { ...others, InstanceMarketOptions: { ...market, SpotOptions } }
}

/** The members that say something: an empty list says nothing. */
function said<Members extends object>(members: Members): Partial<Members> {
  const entries = Object.entries(members).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  // The same members with the same values, but for those that are left out.
  return Object.fromEntries(entries) as Partial<Members>
}
