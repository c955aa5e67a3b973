import type { Tag } from '@aws-sdk/client-acm'
import { AwsError } from '../../service.ts'

/** The tags with others among them, within AWS's limits. */
export function addTags(
  present: Readonly<Record<string, string>>,
  added: readonly Tag[],
): Record<string, string> {
  const reserved = added.find(({ Key = '' }) => Key.toLowerCase().startsWith('aws:'))
  if (reserved !== undefined)
    throw new AwsError('InvalidTagException', `The key ${reserved.Key} is reserved: it begins with aws:`)
  const all = { ...present, ...Object.fromEntries(added.map(({ Key = '', Value = '' }) => [Key, Value])) }
  if (Object.keys(all).length > 50)
    throw new AwsError('TooManyTagsException', 'A certificate cannot have more than 50 tags.')
  return all
}

export function wireTags(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}
