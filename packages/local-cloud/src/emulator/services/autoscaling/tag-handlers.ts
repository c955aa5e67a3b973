import type { Filter, Tag } from '@aws-sdk/client-auto-scaling'
import { required, tagged, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import { withEntries } from '../tag-set.ts'
import type { Group } from './group.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { describeTags } from './group-description.ts'
import { invalidToken } from './launch-configuration.ts'

/** The operations on groups' tags. */
export function tagHandlers(book: GroupBook): AutoScalingHandlers {
  return {
    CreateOrUpdateTags(input) {
      const tags = required(input.Tags, 'tags')
      const groups = new Set(tags.map((tag) => groupOf(book, tag)))
      const tagged = [...groups].map((group) => {
        const own = tags.filter(({ ResourceId }) => ResourceId === group.name)
        return { group, after: tagsWith(group.tags, own) }
      })
      for (const { group, after } of tagged) group.tags = after
      book.changed()
      return {}
    },
    DeleteTags(input) {
      const tags = required(input.Tags, 'tags')
      for (const tag of tags) {
        const group = groupOf(book, tag)
        const key = required(tag.Key, 'key')
        // A value that is given must be the tag's.
        if (tag.Value === undefined || group.tags[key]?.value === tag.Value) delete group.tags[key]
      }
      book.changed()
      return {}
    },
    DescribeTags(input) {
      const all = book
        .groups()
        .flatMap(describeTags)
        .filter((tag) =>
          (input.Filters ?? []).every(({ Name, Values = [] }: Filter) =>
            Values.includes(filtered(tag, Name)),
          ),
        )
      const page = pageOf(
        all,
        within(input.MaxRecords ?? 50, 'maxRecords', 1, 100),
        input.NextToken,
        invalidToken,
      )
      return { Tags: [...page.items], ...(page.next === undefined ? {} : { NextToken: page.next }) }
    },
  }
}

/** A group's tags with those of a request among them. @throws AwsError for what AWS does not take. */
export function tagsWith(present: Group['tags'], tags: readonly Tag[]): Group['tags'] {
  const entries = tags.map(({ Key, Value, PropagateAtLaunch: propagate = false }) => {
    const [key, value] = tagged(Key, Value)
    return [key, { value, propagate }] as const
  })
  return withEntries(present, entries, {
    thing: 'An Auto Scaling group',
    repeated: 'ValidationError',
    reserved: 'ValidationError',
    tooMany: 'LimitExceeded',
  })
}

function groupOf(book: GroupBook, tag: Tag): Group {
  if (tag.ResourceType !== 'auto-scaling-group') {
    throw validationError(`Resource type ${tag.ResourceType} is not valid: use auto-scaling-group`)
  }
  return book.find(tag.ResourceId)
}

function filtered(tag: ReturnType<typeof describeTags>[number], name: string | undefined): string {
  switch (name) {
    case 'auto-scaling-group':
      return tag.ResourceId ?? ''
    case 'key':
      return tag.Key ?? ''
    case 'value':
      return tag.Value ?? ''
    case 'propagate-at-launch':
      return `${tag.PropagateAtLaunch}`
    default:
      throw validationError(
        `Filter type ${name} is not correct. Allowed Filter types are: auto-scaling-group key value propagate-at-launch`,
      )
  }
}
