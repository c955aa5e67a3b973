import type { LaunchTemplateSpecification } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { Ec2Context } from './context.ts'
import { findOne, kinds } from './ids.ts'
import type { LaunchTemplateRecord, TemplateVersionRecord } from './records.ts'

/** How a request names a template. */
export type TemplateName = Pick<LaunchTemplateSpecification, 'LaunchTemplateId' | 'LaunchTemplateName'>

/** A version, and the template that it is one of. */
export interface FoundVersion {
  readonly template: LaunchTemplateRecord
  readonly version: TemplateVersionRecord
}

/**
 * The template that a request names by its id or its name.
 *
 * @throws AwsError `InvalidLaunchTemplateId.NotFound`, `InvalidLaunchTemplateName.NotFoundException`; for both names or none
 */
export function findTemplate(ec2: Ec2Context, named: TemplateName): LaunchTemplateRecord {
  const { LaunchTemplateId: id, LaunchTemplateName: name } = named
  if (id !== undefined && name !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'A launch template is named by its id or by its name, not by both.',
    )
  }
  if (id !== undefined) return findOne(kinds.launchTemplate, ec2.records.launchTemplates, id)
  if (name === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain LaunchTemplateId or LaunchTemplateName')
  }
  const found = templateByName(ec2, name)
  if (found === undefined) throw nameNotFound(name)
  return found
}

export function templateByName({ records }: Ec2Context, name: string): LaunchTemplateRecord | undefined {
  return Object.values(records.launchTemplates).find((template) => template.name === name)
}

export function nameNotFound(name: string): AwsError {
  return new AwsError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  )
}

/**
 * The version that a specification means now: a number, `$Latest` or `$Default`; the default one when none is given.
 *
 * @throws AwsError as {@link findTemplate}, and `InvalidLaunchTemplateId.VersionNotFound`
 */
export function findVersion(ec2: Ec2Context, specification: LaunchTemplateSpecification): FoundVersion {
  const template = findTemplate(ec2, specification)
  const asked = specification.Version ?? '$Default'
  const number = { $Latest: latestNumber(template), $Default: template.defaultVersion }[asked] ?? asked
  const version = template.versions[number]
  if (version !== undefined) return { template, version }
  throw new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${asked} for the launch template with ID ${template.id}.`,
  )
}

/** The highest number that there is: not that of a version which was deleted. */
export function latestNumber({ versions }: LaunchTemplateRecord): number {
  return Math.max(...Object.keys(versions).map(Number))
}
