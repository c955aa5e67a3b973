import type { ResourceType, RunInstancesRequest, TagSpecification } from '@aws-sdk/client-ec2'
import { type LaunchSettings, tagsOf } from '@viridian/aws'
import { configurationRequest } from './configuration-request.ts'
import type { Placement } from './placement.ts'
import { templateRequest } from './template-request.ts'

type Tags = Readonly<Record<string, string>>

export interface Launch {
  readonly settings: LaunchSettings
  readonly placement: Placement
  /** The Name that the instances get, unless the source or the tags have one. */
  readonly name: string
  /** Those of the group: they win over the source's own. */
  readonly tags: Tags
  /** By what they are made: a run's step. */
  readonly made: { readonly run: { readonly id: string }; readonly token: string }
}

/**
 * What `RunInstances` takes to start instances with exactly the settings of a launch source: all of them or none.
 */
export function runRequest({ settings, placement, name, tags, made }: Launch): RunInstancesRequest {
  const request =
    settings.kind === 'launchTemplate'
      ? templateRequest(settings.version, placement)
      : configurationRequest(settings.configuration, placement)
  const own = tagsByType(request.TagSpecifications)
  const types = new Set<ResourceType | undefined>(['instance', 'volume', ...own.keys()])
  return {
    ...request,
    ClientToken: made.token,
    MinCount: placement.count,
    MaxCount: placement.count,
    TagSpecifications: [...types].map((type) => ({
      ResourceType: type,
      Tags: tagsOf(made, { Name: name, ...own.get(type), ...tags }),
    })),
  }
}

const tagsByType = (specifications: readonly TagSpecification[] = []): Map<ResourceType | undefined, Tags> =>
  new Map(
    specifications.map(({ ResourceType, Tags = [] }) => [
      ResourceType,
      Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    ]),
  )
