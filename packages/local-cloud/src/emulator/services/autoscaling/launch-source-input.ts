import type { LaunchTemplateSpecification, MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling'
import { AwsError } from '../../service.ts'
import { validationError } from '../constraint.ts'
import type { Compute, ComputeTemplate } from '../ec2/compute.ts'
import type { GroupBook } from './group-book.ts'
import { type LaunchSource, specificationOf, type TemplateSource } from './launch-source.ts'
import { readMixedPolicy } from './mixed-policy.ts'

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
