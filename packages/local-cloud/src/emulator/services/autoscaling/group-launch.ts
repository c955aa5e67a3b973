import type { Compute, ComputeSubnet, LaunchRequest } from '../ec2/compute.ts'
import type { Allocation } from './allocation.ts'
import { configurationRequest } from './configuration-launch.ts'
import type { Group } from './group.ts'
import type { GroupBook } from './group-book.ts'
import type { LaunchSource, TemplateSource } from './launch-source.ts'
import { typeOf } from './mixed-policy.ts'
import { templateRequest } from './template-launch.ts'

interface SourceParts {
  readonly book: GroupBook
  readonly compute: Compute
}

/** The launch of `count` instances of a group in a subnet, and from what: a template's version is a number now. */
export function launchOf(
  group: Group,
  { book, compute }: SourceParts,
  subnet: ComputeSubnet,
  count: number,
  allocation: Allocation | undefined,
): { readonly launch: LaunchSource; readonly request: LaunchRequest } {
  const { launch } = group
  if (launch.kind === 'configuration') {
    const configuration = book.findConfiguration(launch.name)
    return { launch, request: { count, ...configurationRequest(group, configuration, subnet) } }
  }
  const { id: LaunchTemplateId, version: Version } = launch
  const own = allocation?.override?.LaunchTemplateSpecification
  const template = compute.launchTemplate(
    own ? { LaunchTemplateId: own.LaunchTemplateId, Version: own.Version } : { LaunchTemplateId, Version },
  )
  const { id, name, version } = template
  return {
    launch: { kind: 'template', id, name, version },
    request: { count, ...templateRequest(group, template, subnet), ...allocated(launch, allocation) },
  }
}

/** What a mixed instances policy adds to its template. */
function allocated(
  { mixed }: TemplateSource,
  { override = {}, spot }: Allocation = { spot: false },
): Partial<LaunchRequest> {
  const type = typeOf(override)
  const { SpotMaxPrice: MaxPrice } = mixed?.distribution ?? {}
  return {
    // The API's type lists the types that AWS had when the client was made.
    ...(type !== undefined && { InstanceType: type as NonNullable<LaunchRequest['InstanceType']> }),
    ...(override.ImageId !== undefined && { ImageId: override.ImageId }),
    ...(spot && { InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { MaxPrice } } }),
  }
}
