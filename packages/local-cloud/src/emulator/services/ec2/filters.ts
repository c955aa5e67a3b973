import type { Filter } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'

/** The values that a record has under a filter's name: an absent one is left out. */
export type Fields<Item> = Readonly<Record<string, (item: Item) => readonly (string | undefined)[]>>

/**
 * The items that pass every filter: one of a filter's values has to match, `*` and `?` stand for any text and
 * character. `tag:KEY` and `tag-key` work for whatever has tags.
 *
 * @throws AwsError `InvalidParameterValue` for a filter that is not known.
 */
export function filtered<Item>(
  items: readonly Item[],
  filters: readonly Filter[] | undefined,
  fields: Fields<Item>,
  tagsOf: (item: Item) => Readonly<Record<string, string>>,
): Item[] {
  const tests = (filters ?? []).map((filter) => testOf(filter, fields, tagsOf))
  return items.filter((item) => tests.every((test) => test(item)))
}

function testOf<Item>(
  { Name = '', Values = [] }: Filter,
  fields: Fields<Item>,
  tagsOf: (item: Item) => Readonly<Record<string, string>>,
): (item: Item) => boolean {
  const patterns = Values.map(patternOf)
  const valuesOf = fieldOf(Name, fields, tagsOf)
  return (item) =>
    valuesOf(item).some((value) => value !== undefined && patterns.some((each) => each.test(value)))
}

function fieldOf<Item>(
  name: string,
  fields: Fields<Item>,
  tagsOf: (item: Item) => Readonly<Record<string, string>>,
): (item: Item) => readonly (string | undefined)[] {
  if (name.startsWith('tag:')) return (item) => [tagsOf(item)[name.slice('tag:'.length)]]
  if (name === 'tag-key') return (item) => Object.keys(tagsOf(item))
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (field === undefined) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`)
  return field
}

function patternOf(value: string): RegExp {
  const literal = value.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 's')
}
