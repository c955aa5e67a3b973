import { ec2Api, type LaunchSource } from '@viridian/aws'
import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type Group, readGroups } from './group.ts'

/** A version of a launch template as a launch source. */
export type TemplateSource = Extract<LaunchSource, { kind: 'launchTemplate' }>

const Deleted = z.object({
  UnsuccessfullyDeletedLaunchTemplateVersions: z
    .array(
      z.object({
        ResponseError: z.object({ Code: z.string().optional(), Message: z.string().optional() }).optional(),
      }),
    )
    .default([]),
})

/**
 * A group that says one of these versions of a template: a number, `$Latest`, `$Default`.
 *
 * @returns its name, if there is one
 */
export async function groupSaying(
  c: StepContext,
  template: TemplateSource,
  versions: readonly string[],
): Promise<string | undefined> {
  const groups = await readGroups(c)
  return groups.find((group) => saysVersion(group, template, versions))?.AutoScalingGroupName
}

/** Whether a group launches, by whatever it says, from one of these versions of a template. */
export function saysVersion(
  { LaunchTemplate, MixedInstancesPolicy: policy }: Group,
  { id, name }: TemplateSource,
  versions: readonly string[],
): boolean {
  const { LaunchTemplateSpecification, Overrides = [] } = policy?.LaunchTemplate ?? {}
  const overrides = Overrides.map((each) => each.LaunchTemplateSpecification)
  return [LaunchTemplate, LaunchTemplateSpecification, ...overrides].some(
    (said) =>
      said !== undefined &&
      versions.includes(said.Version ?? '$Default') &&
      (said.LaunchTemplateId === id || said.LaunchTemplateName === name),
  )
}

/**
 * Deletes a version of a launch template (`DeleteLaunchTemplateVersions`); content with one that is gone.
 *
 * @throws ViridianError `E_LAUNCH_TEMPLATE_VERSION` with AWS's reason
 */
export async function deleteVersion(c: StepContext, { id, name, version }: TemplateSource): Promise<void> {
  const input = { LaunchTemplateId: id, Versions: [version] }
  const answer = await ec2Api(c, 'DeleteLaunchTemplateVersions', input, Deleted)
  const [refused] = answer.UnsuccessfullyDeletedLaunchTemplateVersions
  if (!refused || /DoesNotExist$/.test(refused.ResponseError?.Code ?? '')) return
  throw new ViridianError(
    'E_LAUNCH_TEMPLATE_VERSION',
    `version ${version} of ${name} cannot be deleted: ${refused.ResponseError?.Message ?? 'no reason given'}`,
    {
      hint: 'delete it in the EC2 console, or run the rollback again',
      place: { call: 'ec2:DeleteLaunchTemplateVersions' },
    },
  )
}
