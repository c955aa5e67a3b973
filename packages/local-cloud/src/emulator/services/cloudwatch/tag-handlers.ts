import type { Tag } from '@aws-sdk/client-cloudwatch'
import { required } from '../constraint.ts'
import { taggedWith } from '../tag-set.ts'
import type { AlarmBook, CloudWatchHandlers } from './alarm-book.ts'

/** The operations on alarms' tags. */
export function tagHandlers(book: AlarmBook): CloudWatchHandlers {
  return {
    TagResource(input) {
      const alarm = book.findByArn(required(input.ResourceARN, 'resourceARN'))
      alarm.tags = tagsWith(alarm.tags, required(input.Tags, 'tags'))
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
export function tagsWith(
  present: Readonly<Record<string, string>>,
  tags: readonly Tag[],
): Record<string, string> {
  return taggedWith(present, tags, refusals)
}

const refusals = {
  thing: 'An alarm',
  repeated: 'ValidationError',
  reserved: 'ValidationError',
  tooMany: 'LimitExceeded',
}
