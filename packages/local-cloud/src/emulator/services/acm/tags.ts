import type { Tag } from '@aws-sdk/client-acm'
import { taggedWith } from '../tag-set.ts'

/** The tags with others among them, within AWS's limits. */
export function addTags(
  present: Readonly<Record<string, string>>,
  added: readonly Tag[],
): Record<string, string> {
  return taggedWith(present, added, {
    thing: 'A certificate',
    repeated: 'InvalidTagException',
    reserved: 'InvalidTagException',
    tooMany: 'TooManyTagsException',
  })
}

export function wireTags(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}
