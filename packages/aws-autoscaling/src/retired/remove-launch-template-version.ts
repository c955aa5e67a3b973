import {
  findLaunchTemplateVersion,
  LaunchSource,
  lookFor,
  sayLeft,
  sourceName,
  sourceThing,
} from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { deleteVersion, groupSaying, type TemplateSource } from '../launch-template-version.ts'

const [, Source] = LaunchSource.options

/**
 * Deletes a version of a launch template, unless a group names it, or it is the default
 * (`DeleteLaunchTemplateVersions`). Cannot be undone: it belongs behind the commit.
 */
export const removeLaunchTemplateVersion = defineChange({
  name: 'aws-autoscaling/remove-launch-template-version',
  version: 1,
  input: z.strictObject({ source: Source }),
  beforeSchema: z.null(),
  output: z.strictObject({ removed: z.boolean() }),
  calls: [
    'ec2:DeleteLaunchTemplateVersions',
    'ec2:DescribeLaunchTemplateVersions',
    'autoscaling:DescribeAutoScalingGroups',
  ],
  title: ({ source: { name, version } }) => `delete launch template version ${name}:${version}`,
  placeholder: () => ({ removed: true }),
  before: async () => null,
  run: async ({ source }, c) => {
    const reason = await whyKept(c, source)
    if (reason !== undefined) {
      sayLeft(c, `launch template version ${sourceName(source)}`, reason)
      return { removed: false }
    }
    await deleteVersion(c, source)
    return { removed: true }
  },
  find: async ({ source: { id, version } }, c) => {
    const isGone = await lookFor(c, async () => !(await findLaunchTemplateVersion(c, id, version)))
    return isGone ? { status: 'done', output: { removed: true } } : { status: 'absent' }
  },
  undo: async ({ source: { name, version } }) => ({
    leftAlone: `launch template version ${name}:${version}: a deleted one cannot be brought back`,
  }),
  touches: ({ source }) => [sourceThing(source)],
})

async function whyKept(c: StepContext, source: TemplateSource): Promise<string | undefined> {
  const [found, latest] = await Promise.all(
    [source.version, '$Latest'].map((version) => findLaunchTemplateVersion(c, source.id, version)),
  )
  if (!found) return undefined
  if (found.DefaultVersion) return 'it is the default of its template'
  const isLatest = latest?.VersionNumber === found.VersionNumber
  const user = await groupSaying(c, source, [source.version, ...(isLatest ? ['$Latest'] : [])])
  return user === undefined ? undefined : `group ${user} launches from it`
}
