import type { AutoScalingGroup, LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling'
import { AwsError } from '../../service.ts'
import { validationError } from '../constraint.ts'
import type { Compute, ComputeSubnet, ComputeTemplate, LaunchRequest } from '../ec2/compute.ts'
import { configurationRequest } from './configuration-launch.ts'
import type { Group } from './group.ts'
import type { GroupBook } from './group-book.ts'
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
    }

/** What a request says of what a group launches from. */
export interface LaunchSourceInput {
  readonly LaunchConfigurationName?: string | undefined
  readonly LaunchTemplate?: LaunchTemplateSpecification | undefined
  readonly MixedInstancesPolicy?: object | undefined
  readonly InstanceId?: string | undefined
}

interface SourceParts {
  readonly book: GroupBook
  readonly compute: Compute
}

/**
 * The source that a request names; undefined when it names none.
 *
 * @throws AwsError `ValidationError` for more than one, for one that does not exist or cannot be launched, and for
 * those that this cloud has not.
 */
export function readLaunchSource(input: LaunchSourceInput, parts: SourceParts): LaunchSource | undefined {
  const { LaunchConfigurationName: name, LaunchTemplate, MixedInstancesPolicy, InstanceId } = input
  if (MixedInstancesPolicy ?? InstanceId) {
    throw validationError(
      'The local cloud launches from a launch template or a launch configuration: give LaunchTemplate or LaunchConfigurationName.',
    )
  }
  if (name !== undefined && LaunchTemplate !== undefined) throw oneSource()
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

function templateSource(specification: LaunchTemplateSpecification, compute: Compute): LaunchSource {
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

/** The members by which groups and instances show their source. */
export function describeSource(
  source: LaunchSource,
): Pick<AutoScalingGroup, 'LaunchConfigurationName' | 'LaunchTemplate'> {
  if (source.kind === 'configuration') return { LaunchConfigurationName: source.name }
  const { id: LaunchTemplateId, name: LaunchTemplateName, version } = source
  return {
    LaunchTemplate: {
      LaunchTemplateId,
      LaunchTemplateName,
      ...(version !== undefined && { Version: version }),
    },
  }
}

/** The launch of `count` instances of a group in a subnet, and from what: a template's version is a number now. */
export function launchOf(
  group: Group,
  { book, compute }: SourceParts,
  subnet: ComputeSubnet,
  count: number,
): { readonly launch: LaunchSource; readonly request: LaunchRequest } {
  const { launch } = group
  if (launch.kind === 'configuration') {
    const configuration = book.findConfiguration(launch.name)
    return { launch, request: { count, ...configurationRequest(group, configuration, subnet) } }
  }
  const { id: LaunchTemplateId, version: Version } = launch
  const template = compute.launchTemplate({ LaunchTemplateId, Version })
  const { id, name, version } = template
  return {
    launch: { kind: 'template', id, name, version },
    request: { count, ...templateRequest(group, template, subnet) },
  }
}

/** Sorts sources by age, as the default termination policy does: launch configurations come before templates. */
export function sourceAge(source: LaunchSource, book: GroupBook): string {
  if (source.kind === 'template') return `template ${source.id} ${source.version?.padStart(9, '0')}`
  const found = book.configurations().find(({ name }) => name === source.name)
  return `configuration ${found?.created ?? ''}`
}
