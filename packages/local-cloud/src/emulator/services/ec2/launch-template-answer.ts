import type { LaunchTemplate, LaunchTemplateVersion } from '@aws-sdk/client-ec2'
import type { Ec2Context } from './context.ts'
import { type FoundVersion, latestNumber } from './launch-template-book.ts'
import { describedData } from './launch-template-data.ts'
import type { LaunchTemplateRecord } from './records.ts'
import { tagList } from './tags.ts'

export function templateAnswer(ec2: Ec2Context, template: LaunchTemplateRecord): LaunchTemplate {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: new Date(template.createdAt),
    CreatedBy: creator(ec2),
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: latestNumber(template),
    Tags: tagList(ec2, template.id),
  }
}

export function versionAnswer(ec2: Ec2Context, { template, version }: FoundVersion): LaunchTemplateVersion {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: version.number,
    VersionDescription: version.description,
    CreateTime: new Date(version.createdAt),
    CreatedBy: creator(ec2),
    DefaultVersion: version.number === template.defaultVersion,
    LaunchTemplateData: describedData(version.data),
  }
}

const creator = ({ account }: Ec2Context): string => `arn:aws:iam::${account}:root`
