import type { InstanceTypeInfo, InstanceTypeOffering, LocationType } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { Ec2Context, Ec2Handlers } from './context.ts'
import { type Fields, filtered } from './filters.ts'
import { infoOf, instanceTypes, isInstanceType } from './instance-types.ts'
import { subnetsOf, zoneId } from './network.ts'
import { ec2Page } from './pages.ts'

const infoFields: Fields<InstanceTypeInfo> = {
  'instance-type': ({ InstanceType }) => [InstanceType],
  'bare-metal': ({ BareMetal }) => [`${BareMetal}`],
  'burstable-performance-supported': (info) => [`${info.BurstablePerformanceSupported}`],
  'memory-info.size-in-mib': ({ MemoryInfo }) => [MemoryInfo && `${MemoryInfo.SizeInMiB}`],
  'processor-info.supported-architecture': (info) => info.ProcessorInfo?.SupportedArchitectures ?? [],
  'supported-root-device-type': (info) => info.SupportedRootDeviceTypes ?? [],
  'supported-usage-class': (info) => info.SupportedUsageClasses ?? [],
  'supported-virtualization-type': (info) => info.SupportedVirtualizationTypes ?? [],
  'vcpu-info.default-vcpus': ({ VCpuInfo }) => [VCpuInfo && `${VCpuInfo.DefaultVCpus}`],
}

const offeringFields: Fields<InstanceTypeOffering> = {
  'instance-type': ({ InstanceType }) => [InstanceType],
  location: ({ Location }) => [Location],
}

/** What could be launched. The machines themselves are all alike. */
export function instanceTypeHandlers(ec2: Ec2Context): Ec2Handlers {
  return {
    DescribeInstanceTypes(input) {
      const { InstanceTypes: asked = [], MaxResults } = input
      const unknown = asked.filter((type) => !isInstanceType(type))
      if (unknown.length > 0) {
        throw new AwsError(
          'InvalidInstanceType',
          `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
        )
      }
      if (asked.length > 0 && MaxResults !== undefined) {
        throw new AwsError(
          'InvalidParameterCombination',
          'The parameter instanceTypeSet cannot be used with the parameter maxResults',
        )
      }
      const chosen = (asked.length === 0 ? instanceTypes : asked).map(infoOf)
      const found = filtered(chosen, input.Filters, infoFields, () => ({}))
      const { items, next } = ec2Page(found, { ...input, MaxResults: MaxResults ?? infosAtOnce })
      return { InstanceTypes: [...items], NextToken: next }
    },
    DescribeInstanceTypeOfferings(input) {
      const { LocationType: kind = 'region' } = input
      const all = locationsOf(ec2, kind).flatMap((Location) =>
        instanceTypes.map((InstanceType) => ({ InstanceType, LocationType: kind, Location })),
      )
      const { items, next } = ec2Page(
        filtered(all, input.Filters, offeringFields, () => ({})),
        input,
      )
      return { InstanceTypeOfferings: [...items], NextToken: next }
    },
  }
}

const infosAtOnce = 100

/** Every type is offered everywhere. */
function locationsOf({ region }: Ec2Context, kind: LocationType): readonly string[] {
  const zones = subnetsOf(region).map(({ availabilityZone }) => availabilityZone)
  switch (kind) {
    case 'region':
      return [region]
    case 'availability-zone':
      return zones
    case 'availability-zone-id':
      return zones.map((_, index) => zoneId(region, index))
    default:
      return []
  }
}
