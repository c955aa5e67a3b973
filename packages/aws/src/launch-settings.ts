import { createHash } from 'node:crypto'
import { type StepContext, ViridianError } from '@viridian/core'
import { type LaunchConfiguration, readLaunchConfiguration } from './launch-configuration.ts'
import { type LaunchSource, type LaunchSpec, sourceName } from './launch-spec.ts'
import { type LaunchTemplateVersion, readLaunchTemplateVersion } from './launch-template.ts'

/** The settings of a launch source, in its own API's words, user data included: for AWS alone, never for a journal. */
export type LaunchSettings =
  | {
      readonly kind: 'launchConfiguration'
      readonly source: SourceOf<'launchConfiguration'>
      readonly configuration: LaunchConfiguration
    }
  | {
      readonly kind: 'launchTemplate'
      /** Its version is a number, whatever it was asked for by. */
      readonly source: SourceOf<'launchTemplate'>
      readonly version: LaunchTemplateVersion
    }

type SourceOf<Kind> = Extract<LaunchSource, { readonly kind: Kind }>

type SettingsOf<Source extends LaunchSource> = Extract<LaunchSettings, { readonly kind: Source['kind'] }>

/**
 * Reads the settings of a launch source of either kind. A template's `$Latest` and `$Default` are what they stand for
 * now.
 *
 * @throws ViridianError `E_LAUNCH_CONFIGURATION_NOT_FOUND`, `E_LAUNCH_TEMPLATE_NOT_FOUND`
 *
 * @example
 * ```ts
 * const { configuration } = await readLaunchSettings(c, { kind: 'launchConfiguration', name: 'web-v1' })
 * configuration.InstanceType // 't3.small'
 * ```
 */
export async function readLaunchSettings<Source extends LaunchSource>(
  c: StepContext,
  source: Source,
): Promise<SettingsOf<Source>> {
  // The settings of a source are of its kind.
  return (await readEither(c, source)) as SettingsOf<Source>
}

async function readEither(c: StepContext, source: LaunchSource): Promise<LaunchSettings> {
  const { kind } = source
  if (kind === 'launchConfiguration')
    return { kind, source, configuration: await readLaunchConfiguration(c, source.name) }
  const version = await readLaunchTemplateVersion(c, source.id, source.version)
  const { LaunchTemplateId: id, LaunchTemplateName: name, VersionNumber } = version
  return { kind, source: { kind, id, name, version: `${VersionNumber}` }, version }
}

/**
 * Reads the settings of a launch source that was described before.
 *
 * @param digest of the settings as they were then
 * @throws ViridianError `E_LAUNCH_CHANGED` when they are others now
 *
 * @example
 * ```ts
 * const settings = await readSameSettings(c, blue.launch.source, blue.launch.digest)
 * ```
 */
export async function readSameSettings<Source extends LaunchSource>(
  c: StepContext,
  source: Source,
  digest: string,
): Promise<SettingsOf<Source>> {
  const settings = await readLaunchSettings(c, source)
  if (launchDigest(settings) === digest) return settings
  throw new ViridianError('E_LAUNCH_CHANGED', `${sourceName(source)} is not what it was`, {
    hint: 'somebody has replaced it since the group was described: run the task again',
  })
}

/**
 * What may be shown and journaled of the settings.
 *
 * @param mixed whether the group's mixed instances policy says of which types instances are: the template need not
 * @throws ViridianError `E_LAUNCH_TEMPLATE_INCOMPLETE` for a template that leaves open what is launched
 *
 * @example
 * ```ts
 * const { image, instanceType } = launchSpecOf(await readLaunchSettings(c, blue.launch.source))
 * ```
 */
export function launchSpecOf(settings: LaunchSettings, mixed = false): LaunchSpec {
  const { source } = settings
  const digest = launchDigest(settings)
  if (settings.kind === 'launchConfiguration') {
    const { configuration } = settings
    return {
      source,
      image: configuration.ImageId,
      instanceType: configuration.InstanceType,
      ...(configuration.KeyName !== undefined && { keyName: configuration.KeyName }),
      securityGroups: configuration.SecurityGroups ?? [],
      ...(configuration.IamInstanceProfile !== undefined && { profile: configuration.IamInstanceProfile }),
      digest,
    }
  }
  const { LaunchTemplateData: data } = settings.version
  const profile = data.IamInstanceProfile?.Arn ?? data.IamInstanceProfile?.Name
  return {
    source,
    image: said(data.ImageId, 'image', source),
    ...typeOf(data, mixed, source),
    ...(data.KeyName !== undefined && { keyName: data.KeyName }),
    securityGroups: [
      ...(data.SecurityGroupIds ?? []),
      ...(data.SecurityGroups ?? []),
      ...(data.NetworkInterfaces ?? []).flatMap(({ Groups = [] }) => Groups),
    ],
    ...(profile !== undefined && { profile }),
    digest,
  }
}

function typeOf(
  { InstanceType, InstanceRequirements }: LaunchTemplateVersion['LaunchTemplateData'],
  mixed: boolean,
  source: LaunchSource,
): Pick<LaunchSpec, 'instanceType'> {
  // EC2 launches no single instance from a template with requirements, whatever type is named beside it.
  if (mixed && InstanceType === undefined && InstanceRequirements === undefined) return {}
  return { instanceType: said(InstanceType, 'instance type', source) }
}

function said(value: string | undefined, what: string, source: LaunchSource): string {
  if (value !== undefined) return value
  throw new ViridianError('E_LAUNCH_TEMPLATE_INCOMPLETE', `${sourceName(source)} names no ${what}`, {
    hint: `instances are launched like the group's own from a template that names both image and instance type: add a version that names the ${what}`,
    place: { call: 'ec2:DescribeLaunchTemplateVersions' },
  })
}

/** The SHA-256 of all settings: equal for equal settings, and it gives no secret away. */
function launchDigest(settings: LaunchSettings): string {
  const all =
    settings.kind === 'launchConfiguration' ? settings.configuration : settings.version.LaunchTemplateData
  return createHash('sha256').update(JSON.stringify(all, sortedKeys)).digest('hex')
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
