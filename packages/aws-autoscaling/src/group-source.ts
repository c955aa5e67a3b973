import { type LaunchSource, sourceThing } from '@viridian/aws'
import { ViridianError } from '@viridian/core'
import type { Group, Member } from './group.ts'
import { refuseUnlike } from './mixed-policy.ts'

/**
 * What a group launches from, in its own words: a template's version may be `$Latest` or `$Default`.
 *
 * @throws ViridianError `E_GROUP_NO_LAUNCH`, `E_MIXED_INSTANCES_UNSUPPORTED`
 */
export function groupSource(group: Group): LaunchSource {
  refuseUnlike(group)
  const source = findSource(group)
  if (source) return source
  throw new ViridianError(
    'E_GROUP_NO_LAUNCH',
    `${group.AutoScalingGroupName} has no launch source: it cannot launch anything`,
    { hint: 'somebody has deleted it: give the group one that exists' },
  )
}

/** What a group launches from, in its own words, by a mixed instances policy or without; nothing where it has none. */
export const findSource = ({
  LaunchTemplate,
  MixedInstancesPolicy,
  ...group
}: Group): LaunchSource | undefined =>
  namedSource({
    ...group,
    LaunchTemplate: LaunchTemplate ?? MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification,
  })

/** The source that a group or a member names; none for a member that was attached. */
function namedSource({
  LaunchConfigurationName,
  LaunchTemplate: template,
}: Pick<Member, 'LaunchConfigurationName' | 'LaunchTemplate'>): LaunchSource | undefined {
  if (template) {
    const { LaunchTemplateId: id, LaunchTemplateName: name, Version: version = '$Default' } = template
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

export const isSame = (one: LaunchSource, other: LaunchSource): boolean =>
  sourceThing(one) === sourceThing(other)
