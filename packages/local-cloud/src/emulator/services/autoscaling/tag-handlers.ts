import type { Filter, Tag } from '@aws-sdk/client-auto-scaling'
import { required, tagged, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import type { Group } from './group.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { describeTags } from './group-description.ts'
import { invalidToken } from './launch-configuration.ts'

/** The operations on groups' tags. */
export function tagHandlers(book: GroupBook): AutoScalingHandlers {
  return {
    CreateOrUpdateTags(input) {
      const tags = required(input.Tags, 'tags')
      const tagged = tags.map((tag) => ({ group: groupOf(book, tag), entry: readTag(tag) }))
      for (const { group, entry } of tagged) Object.assign(group.tags, Object.fromEntries([entry]))
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

/** Reads a tag from a request, as an entry of a group's tags. */
export function readTag(tag: Tag): [string, Group['tags'][string]] {
  const [key, value] = tagged(tag.Key, tag.Value)
  return [key, { value, propagate: tag.PropagateAtLaunch ?? false }]
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
