import type {
  AutoScalingGroup,
  Instance,
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling'
import { AwsError } from '../../service.ts'
import { validationError } from '../constraint.ts'
import type { Compute, ComputeSubnet, ComputeTemplate, LaunchRequest } from '../ec2/compute.ts'
import type { Allocation } from './allocation.ts'
import { configurationRequest } from './configuration-launch.ts'
import type { Group } from './group.ts'
import type { GroupBook } from './group-book.ts'
import { describeMixedPolicy, type MixedPolicy, readMixedPolicy, typeOf } from './mixed-policy.ts'
import { templateRequest } from './template-launch.ts'

/** What a group launches from. */
export type LaunchSource =
  | { readonly kind: 'configuration'; readonly name: string }
  | {
      readonly kind: 'template'
      readonly id: string
      readonly name: string
      /** As it was given: a number, `$Latest`, `$Default`, or nothing for the default. */
      readonly version?: string
      /** Of a group that launches instances of several kinds. */
      readonly mixed?: MixedPolicy
    }

/** What a request says of what a group launches from. */
export interface LaunchSourceInput {
  readonly LaunchConfigurationName?: string | undefined
  readonly LaunchTemplate?: LaunchTemplateSpecification | undefined
  readonly MixedInstancesPolicy?: MixedInstancesPolicy | undefined
  readonly InstanceId?: string | undefined
}

interface SourceParts {
  readonly book: GroupBook
  readonly compute: Compute
}

/**
 * The source that a request names; undefined when it names none. Of a mixed instances policy, what it leaves out stays as
 * it was.
 *
 * @throws AwsError `ValidationError` for more than one, for one that does not exist or cannot be launched, and for
 * those that this cloud has not.
 */
export function readLaunchSource(
  input: LaunchSourceInput,
  parts: SourceParts,
  before?: LaunchSource,
): LaunchSource | undefined {
  const { LaunchConfigurationName: name, LaunchTemplate, MixedInstancesPolicy: policy, InstanceId } = input
  if (InstanceId !== undefined) {
    throw validationError(
      'The local cloud launches from a launch template or a launch configuration: give LaunchTemplate or LaunchConfigurationName.',
    )
  }
  if ([name, LaunchTemplate, policy].filter((source) => source !== undefined).length > 1) throw oneSource()
  if (policy !== undefined) return mixedSource(policy, parts.compute, before)
  if (LaunchTemplate !== undefined) return templateSource(LaunchTemplate, parts.compute)
  if (name === undefined) return undefined
  return { kind: 'configuration', name: parts.book.findConfiguration(name).name }
}

/** The refusal of a request that does not name exactly one source. */
export function oneSource(): AwsError {
  return validationError(
    'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
  )
}

function mixedSource(
  policy: MixedInstancesPolicy,
  compute: Compute,
  before: LaunchSource | undefined,
): TemplateSource {
  const old = before?.kind === 'template' ? before : undefined
  const named =
    policy.LaunchTemplate?.LaunchTemplateSpecification ??
    (old && { LaunchTemplateId: old.id, Version: old.version })
  if (named === undefined)
    throw validationError('A mixed instances policy must contain a LaunchTemplateSpecification.')
  const find = (specification: LaunchTemplateSpecification): TemplateSource => {
    const source = templateSource(specification, compute)
    // A policy chooses between On-Demand and Spot by itself.
    if (compute.launchTemplate(specification).data.InstanceMarketOptions?.MarketType === 'spot')
      throw validationError(
        'Incompatible launch template: You cannot use a launch template that is set to request Spot Instances (InstanceMarketOptions) when you configure an Auto Scaling group with a mixed instances policy. Add a different launch template to the group and try again.',
      )
    return source
  }
  const mixed = readMixedPolicy(policy, old?.mixed, (own) => specificationOf(find(own)))
  return { ...find(named), mixed }
}

type TemplateSource = Extract<LaunchSource, { readonly kind: 'template' }>

const specificationOf = ({ id, name, version }: TemplateSource): LaunchTemplateSpecification => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  ...(version !== undefined && { Version: version }),
})

function templateSource(specification: LaunchTemplateSpecification, compute: Compute): TemplateSource {
  const { id, name, data } = fullyFormed(() => compute.launchTemplate(specification))
  const { ImageId, KeyName } = data
  if (ImageId === undefined) throw notFullyFormed('The request must contain the parameter ImageId')
  if (!compute.hasImage(ImageId)) throw notFullyFormed(`The image id '[${ImageId}]' does not exist`)
  if (KeyName !== undefined && !compute.hasKeyPair(KeyName)) {
    throw notFullyFormed(`The key pair '${KeyName}' does not exist`)
  }
  const { Version: version } = specification
  return { kind: 'template', id, name, ...(version !== undefined && { version }) }
}

/** Auto Scaling gives EC2's refusals as its own. */
function fullyFormed(find: () => ComputeTemplate): ComputeTemplate {
  try {
    return find()
  } catch (error) {
    if (error instanceof AwsError) throw notFullyFormed(error.message)
    throw error
  }
}

function notFullyFormed(why: string): AwsError {
  return validationError(`You must use a valid fully-formed launch template. ${why}`)
}

/** The members by which instances show their source. */
export const describeSource = (
  source: LaunchSource,
): Pick<Instance, 'LaunchConfigurationName' | 'LaunchTemplate'> =>
  source.kind === 'configuration'
    ? { LaunchConfigurationName: source.name }
    : { LaunchTemplate: specificationOf(source) }

/** The members by which groups show theirs. */
export const describeGroupSource = (
  source: LaunchSource,
): Pick<AutoScalingGroup, 'LaunchConfigurationName' | 'LaunchTemplate' | 'MixedInstancesPolicy'> =>
  source.kind === 'template' && source.mixed !== undefined
    ? { MixedInstancesPolicy: describeMixedPolicy(source.mixed, specificationOf(source)) }
    : describeSource(source)

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

/** Sorts sources by age, as the default termination policy does: launch configurations come before templates. */
export function sourceAge(source: LaunchSource, book: GroupBook): string {
  if (source.kind === 'template') return `template ${source.id} ${source.version?.padStart(9, '0')}`
  const found = book.configurations().find(({ name }) => name === source.name)
  return `configuration ${found?.created ?? ''}`
}
