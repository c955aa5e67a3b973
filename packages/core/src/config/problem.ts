import { z } from 'zod'
import { definedIn } from '../defined.ts'
import { isViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'

/** Something that is wrong in a configuration. */
export interface Problem {
  readonly message: string
  readonly hint?: string
}

/** Zod compiles a schema at its first use: for what is read once, that takes longer than the reading. */
export const readOnce = { jitless: true }

/** A member that is looked at elsewhere. */
export const anything = z.unknown().optional()

/** What a schema is of, in words and as the type that tells of it. */
export interface Subject {
  readonly noun: string
  readonly type: string
}

/** What is wrong with an object at this place of the configuration; a member that it may not have is told with those that are like it. */
export function shapeProblems(
  place: string,
  schema: z.ZodObject,
  value: unknown,
  { noun, type }: Subject,
): Problem[] {
  const known = Object.keys(schema.shape)
  const issues = schema.safeParse(definedIn(value), readOnce).error?.issues ?? []
  return issues.flatMap((issue) => {
    const at = [...(place === '' ? [] : [place]), ...issue.path].join('.')
    if (issue.code !== 'unrecognized_keys')
      return [{ message: `${at}: ${issue.message}`, hint: `see ${type} for what a ${noun} may say` }]
    return issue.keys.map((key) => ({
      message: `${at === '' ? key : `${at}.${key}`} is nothing that can be said of a ${noun}`,
      hint: suggestion(key, known) ?? `there are ${known.join(', ')}`,
    }))
  })
}

/** What reading something throws, for what is checked by being read. */
export function readingProblems(read: () => unknown, place = ''): Problem[] {
  try {
    read()
    return []
  } catch (error) {
    if (!isViridianError(error)) throw error
    const { message, hint } = error
    return [{ message: `${place}${message}`, ...(hint !== undefined && { hint }) }]
  }
}
