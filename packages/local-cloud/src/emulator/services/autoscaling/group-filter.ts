import type { Filter } from '@aws-sdk/client-auto-scaling'
import { validationError } from '../constraint.ts'
import type { Group } from './group.ts'

/** Whether a group has the tags that every filter asks for. */
export function matchesFilters(group: Group, filters: readonly Filter[]): boolean {
  return filters.every((filter) => matchesFilter(group, filter))
}

function matchesFilter(group: Group, { Name: name = '', Values: values = [] }: Filter): boolean {
  const tags = Object.entries(group.tags)
  if (name === 'tag-key') return tags.some(([key]) => values.includes(key))
  if (name === 'tag-value') return tags.some(([, { value }]) => values.includes(value))
  if (name.startsWith('tag:')) {
    const tag = group.tags[name.slice('tag:'.length)]
    return tag !== undefined && values.includes(tag.value)
  }
  throw validationError(
    `Filter type ${name} is not correct. Allowed Filter types are: tag-key tag-value tag:<key>`,
  )
}
