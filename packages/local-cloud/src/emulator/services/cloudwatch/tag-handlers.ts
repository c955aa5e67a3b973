import type { Tag } from '@aws-sdk/client-cloudwatch'
import { AwsError } from '../../service.ts'
import { required, tagged, validationError } from '../constraint.ts'
import type { AlarmBook, CloudWatchHandlers } from './alarm-book.ts'

/** The operations on alarms' tags. */
export function tagHandlers(book: AlarmBook): CloudWatchHandlers {
  return {
    TagResource(input) {
      const alarm = book.findByArn(required(input.ResourceARN, 'resourceARN'))
      alarm.tags = limited({ ...alarm.tags, ...readTags(required(input.Tags, 'tags')) })
      book.save()
      return {}
    },
    UntagResource(input) {
      const alarm = book.findByArn(required(input.ResourceARN, 'resourceARN'))
      for (const key of required(input.TagKeys, 'tagKeys')) delete alarm.tags[key]
      book.save()
      return {}
    },
    ListTagsForResource(input) {
      const { tags } = book.findByArn(required(input.ResourceARN, 'resourceARN'))
      return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
    },
  }
}

/** @throws AwsError when a key is given twice or is AWS's own, or when there are more than 50. */
export function readTags(tags: readonly Tag[]): Record<string, string> {
  const read = tags.map(({ Key, Value }) => tagged(Key, Value))
  const keys = read.map(([key]) => key)
  if (new Set(keys).size < keys.length) throw validationError('Tag keys must be unique within a request.')
  const reserved = keys.find((key) => key.toLowerCase().startsWith('aws:'))
  if (reserved !== undefined)
    throw validationError(`The tag key ${reserved} begins with aws:, which is reserved.`)
  return limited(Object.fromEntries(read))
}

function limited(tags: Record<string, string>): Record<string, string> {
  if (Object.keys(tags).length <= 50) return tags
  throw new AwsError('LimitExceeded', 'An alarm cannot have more than 50 tags.')
}
