import type { Group } from './group.ts'

/** The tag by which an instance's group is known from the instance. */
export const groupTag = 'aws:autoscaling:groupName'

/** The tags that a group gives to the instances that it launches. */
export function instanceTags(group: Group): { Key: string; Value: string }[] {
  const propagated = Object.entries(group.tags).filter(([, { propagate }]) => propagate)
  return [
    ...propagated.map(([Key, { value }]) => ({ Key, Value: value })),
    { Key: groupTag, Value: group.name },
  ]
}
