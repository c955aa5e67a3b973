import { autoScalingApi, findMade, LaunchSource, sourceName, sourceThing } from '@viridian/aws'
import { defineChange, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type Group, type Member, readGroup } from './group.ts'

/**
 * Points a group at another launch source (`UpdateAutoScalingGroup`): what it launches from now on. Undone by pointing
 * it back to what it said, `$Latest` and `$Default` too, unless somebody has pointed it elsewhere since.
 */
export const setGroupLaunch = defineChange({
  name: 'aws-autoscaling/set-group-launch',
  version: 2,
  input: z.strictObject({ group: z.string(), source: LaunchSource }),
  beforeSchema: LaunchSource,
  output: z.null(),
  calls: [
    'autoscaling:UpdateAutoScalingGroup',
    'autoscaling:DescribeAutoScalingGroups',
    'ec2:RunInstances',
    'iam:PassRole',
  ],
  title: ({ group, source }) => `point ${group} at ${sourceName(source)}`,
  before: async ({ group }, c) => groupSource(await readGroup(c, group)),
  run: async ({ group, source }, c) => {
    await setSource(c, group, source)
    return null
  },
  find: ({ group, source }, c) =>
    findMade(c, async () => isSame(groupSource(await readGroup(c, group)), source)),
  undo: async ({ group, source }, c) => {
    const now = groupSource(await readGroup(c, group))
    if (!isSame(now, c.before) && !isSame(now, source))
      return { leftAlone: `${group} launches from ${sourceName(now)} now: somebody has changed it` }
    // Also when it says that already: what was read may be older than the change.
    await setSource(c, group, c.before)
    return undefined
  },
  touches: ({ group, source }) => [`group/${group}#launch`, sourceThing(source)],
  leaves: ({ group, source }) => [`group ${group}: launches from ${sourceName(source)}`],
})

/**
 * What a group launches from, in its own words: a template's version may be `$Latest` or `$Default`.
 *
 * @throws ViridianError `E_GROUP_NO_LAUNCH`, `E_MIXED_INSTANCES_UNSUPPORTED`
 */
export function groupSource(group: Group): LaunchSource {
  const { AutoScalingGroupName, MixedInstancesPolicy } = group
  if (MixedInstancesPolicy !== undefined)
    throw new ViridianError(
      'E_MIXED_INSTANCES_UNSUPPORTED',
      `${AutoScalingGroupName} launches by a mixed instances policy: there is no one source to launch instances like its own from`,
      { hint: 'point the group at the launch template itself, with one instance type' },
    )
  const source = namedSource(group)
  if (source) return source
  throw new ViridianError(
    'E_GROUP_NO_LAUNCH',
    `${AutoScalingGroupName} has no launch source: it cannot launch anything`,
    { hint: 'somebody has deleted it: give the group one that exists' },
  )
}

/** The source that a group or a member names; none for a member that was attached. */
function namedSource({
  LaunchConfigurationName,
  LaunchTemplate,
}: Pick<Member, 'LaunchConfigurationName' | 'LaunchTemplate'>): LaunchSource | undefined {
  if (LaunchTemplate) {
    const { LaunchTemplateId: id, LaunchTemplateName: name, Version: version = '$Default' } = LaunchTemplate
    return { kind: 'launchTemplate', id, name, version }
  }
  if (LaunchConfigurationName) return { kind: 'launchConfiguration', name: LaunchConfigurationName }
  return undefined
}

/** Whether a group has launched a member from a source; it has not, if the member was attached. */
export function isLaunchedFrom(member: Member, source: LaunchSource): boolean {
  const named = namedSource(member)
  return named !== undefined && isSame(named, source)
}

const isSame = (one: LaunchSource, other: LaunchSource): boolean => sourceThing(one) === sourceThing(other)

async function setSource(c: StepContext, group: string, source: LaunchSource): Promise<void> {
  const from =
    source.kind === 'launchConfiguration'
      ? { LaunchConfigurationName: source.name }
      : { LaunchTemplate: { LaunchTemplateId: source.id, Version: source.version } }
  await autoScalingApi(c, 'UpdateAutoScalingGroup', { AutoScalingGroupName: group, ...from }, z.unknown())
}
