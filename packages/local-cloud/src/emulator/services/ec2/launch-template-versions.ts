import type {
  DeleteLaunchTemplateVersionsResponseErrorItem,
  DescribeLaunchTemplateVersionsRequest,
} from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { Ec2Context } from './context.ts'
import { checkUserData } from './launch-plan.ts'
import { type FoundVersion, findTemplate, findVersion } from './launch-template-book.ts'
import type { LaunchTemplateRecord, TemplateVersionRecord } from './records.ts'

/** Gives a template its next version. @throws AwsError for what no version may say */
export function addVersion(
  ec2: Ec2Context,
  template: LaunchTemplateRecord,
  data: TemplateVersionRecord['data'],
  description: string | undefined,
): FoundVersion {
  checkUserData(data.UserData)
  if ((description ?? '').length > 255) {
    throw new AwsError('InvalidParameterValue', 'A version description may have at most 255 characters.')
  }
  template.lastNumber += 1
  const version: TemplateVersionRecord = {
    number: template.lastNumber,
    ...(description !== undefined && { description }),
    createdAt: ec2.now(),
    data,
  }
  template.versions[version.number] = version
  ec2.save()
  return { template, version }
}

/** Newest first. Without a template only `$Latest` and `$Default` mean anything: of every template. */
export function askedVersions(ec2: Ec2Context, input: DescribeLaunchTemplateVersionsRequest): FoundVersion[] {
  const { LaunchTemplateId, LaunchTemplateName, Versions = [], MinVersion, MaxVersion } = input
  if (LaunchTemplateId === undefined && LaunchTemplateName === undefined) {
    if (Versions.length === 0) {
      throw new AwsError(
        'MissingParameter',
        'Without a launch template, Versions must be $Latest or $Default',
      )
    }
    if (!Versions.every((version) => version === '$Latest' || version === '$Default')) {
      throw new AwsError(
        'InvalidParameterValue',
        'A version number means nothing without a launch template: give $Latest or $Default',
      )
    }
    return Object.values(ec2.records.launchTemplates).flatMap((template) =>
      versionsOf(ec2, template, Versions),
    )
  }
  const template = findTemplate(ec2, input)
  if (Versions.length > 0) return versionsOf(ec2, template, Versions)
  const numbers = Object.values(template.versions).map(({ number }) => number)
  return versionsOf(
    ec2,
    template,
    numbers
      .filter((number) => number >= Number(MinVersion ?? 0) && number <= Number(MaxVersion ?? number))
      .sort((one, other) => other - one)
      .map(String),
  )
}

function versionsOf(
  ec2: Ec2Context,
  template: LaunchTemplateRecord,
  asked: readonly string[],
): FoundVersion[] {
  const found = asked.map((Version) => findVersion(ec2, { ...named(template), Version }).version)
  return [...new Set(found)].map((version) => ({ template, version }))
}

/** Takes a version away, or says in the item why not. */
export function deleteVersion(
  template: LaunchTemplateRecord,
  asked: string,
): DeleteLaunchTemplateVersionsResponseErrorItem {
  const item = { ...named(template), LaunchTemplateName: template.name, VersionNumber: Number(asked) }
  const version = template.versions[asked]
  if (version === undefined) {
    const Message = `Launch template version ${asked} does not exist.`
    return { ...item, ResponseError: { Code: 'launchTemplateVersionDoesNotExist', Message } }
  }
  if (version.number === template.defaultVersion) {
    const Message = 'The default version of a launch template cannot be deleted.'
    return { ...item, ResponseError: { Code: 'unexpectedError', Message } }
  }
  delete template.versions[asked]
  return item
}

const named = ({ id }: LaunchTemplateRecord): { LaunchTemplateId: string } => ({ LaunchTemplateId: id })
