import type { CreateLaunchTemplateRequest } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { Ec2Context, Ec2Handlers } from './context.ts'
import { type Fields, filtered } from './filters.ts'
import { findAll, kinds, newId } from './ids.ts'
import { templateAnswer, versionAnswer } from './launch-template-answer.ts'
import {
  type FoundVersion,
  findTemplate,
  findVersion,
  nameNotFound,
  templateByName,
} from './launch-template-book.ts'
import { inherited } from './launch-template-data.ts'
import { forgetTokens, onceAToken } from './launch-template-tokens.ts'
import { addVersion, askedVersions, deleteVersion } from './launch-template-versions.ts'
import { templatePage } from './pages.ts'
import type { LaunchTemplateRecord } from './records.ts'
import { setTags, specifiedTags, tagsOf } from './tags.ts'

/** Launch templates and their numbered versions. */
export function launchTemplateHandlers(ec2: Ec2Context): Ec2Handlers {
  const { launchTemplates } = ec2.records
  return {
    CreateLaunchTemplate(request) {
      const { template } = onceAToken(ec2, request, () => createTemplate(ec2, request))
      return { LaunchTemplate: templateAnswer(ec2, template) }
    },
    CreateLaunchTemplateVersion(request) {
      const { SourceVersion, VersionDescription, LaunchTemplateData: given = {} } = request
      const made = onceAToken(ec2, request, () => {
        const template = findTemplate(ec2, request)
        const source =
          SourceVersion && findVersion(ec2, { LaunchTemplateId: template.id, Version: SourceVersion })
        const data = source ? inherited(source.version.data, given) : given
        return addVersion(ec2, template, data, VersionDescription)
      })
      return { LaunchTemplateVersion: versionAnswer(ec2, made) }
    },
    DescribeLaunchTemplates(input) {
      const { LaunchTemplateIds, LaunchTemplateNames, Filters } = input
      const byId = findAll(kinds.launchTemplate, launchTemplates, LaunchTemplateIds ?? [])
      const byName = (LaunchTemplateNames ?? []).map((name) => {
        const found = templateByName(ec2, name)
        if (found === undefined) throw nameNotFound(name)
        return found
      })
      const asked = LaunchTemplateIds !== undefined || LaunchTemplateNames !== undefined
      const chosen = asked ? [...byId, ...byName] : Object.values(launchTemplates)
      const found = filtered(chosen, Filters, templateFields, ({ id }) => tagsOf(ec2, id))
      const { items, next } = templatePage(found, input)
      return { LaunchTemplates: items.map((template) => templateAnswer(ec2, template)), NextToken: next }
    },
    DescribeLaunchTemplateVersions(input) {
      const found = filtered(askedVersions(ec2, input), input.Filters, versionFields, () => ({}))
      const { items, next } = templatePage(found, input)
      return { LaunchTemplateVersions: items.map((each) => versionAnswer(ec2, each)), NextToken: next }
    },
    ModifyLaunchTemplate(request) {
      const { template, version } = findVersion(ec2, { ...request, Version: request.DefaultVersion })
      template.defaultVersion = version.number
      ec2.save()
      return { LaunchTemplate: templateAnswer(ec2, template) }
    },
    DeleteLaunchTemplate(request) {
      const template = findTemplate(ec2, request)
      const LaunchTemplate = templateAnswer(ec2, template)
      delete launchTemplates[template.id]
      delete ec2.records.tags[template.id]
      forgetTokens(ec2)
      ec2.save()
      return { LaunchTemplate }
    },
    DeleteLaunchTemplateVersions(request) {
      const template = findTemplate(ec2, request)
      const outcomes = (request.Versions ?? []).map((version) => deleteVersion(template, version))
      forgetTokens(ec2)
      ec2.save()
      return {
        SuccessfullyDeletedLaunchTemplateVersions: outcomes.filter((each) => !each.ResponseError),
        UnsuccessfullyDeletedLaunchTemplateVersions: outcomes.filter((each) => each.ResponseError),
      }
    },
  }
}

const templateFields: Fields<LaunchTemplateRecord> = {
  'launch-template-name': ({ name }) => [name],
  'create-time': ({ createdAt }) => [createdAt],
}

const versionFields: Fields<FoundVersion> = {
  'image-id': ({ version }) => [version.data.ImageId],
  'instance-type': ({ version }) => [version.data.InstanceType],
  'is-default-version': ({ template, version }) => [`${version.number === template.defaultVersion}`],
}

function createTemplate(ec2: Ec2Context, request: CreateLaunchTemplateRequest): FoundVersion {
  const { LaunchTemplateName: name = '', LaunchTemplateData: data = {}, VersionDescription } = request
  if (!/^[A-Za-z0-9().\-/_]{3,128}$/.test(name)) {
    throw new AwsError(
      'InvalidLaunchTemplateName.MalformedException',
      'A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and ().-/_',
    )
  }
  if (templateByName(ec2, name) !== undefined) {
    throw new AwsError(
      'InvalidLaunchTemplateName.AlreadyExistsException',
      'Launch template name already in use.',
    )
  }
  const tags = specifiedTags(request.TagSpecifications, ['launch-template']).get('launch-template') ?? {}
  const id = newId('lt')
  const template = { id, name, createdAt: ec2.now(), defaultVersion: 1, lastNumber: 0, versions: {} }
  const made = addVersion(ec2, template, data, VersionDescription)
  ec2.records.launchTemplates[id] = template
  setTags(ec2, id, tags)
  return made
}
