import { isDeepStrictEqual } from 'node:util'
import { z } from '@viridian/core/zod'

/** What a body has to show: a text that it contains, or members of the JSON object that it is. */
export const Expectation = z.union([z.string(), z.record(z.string(), z.json())])

export type Expectation = z.infer<typeof Expectation>

/**
 * Whether a body is as expected. Of an object, and of objects in it, only the members that are named count.
 *
 * @example
 * ```ts
 * isMet({ version: 'v2' }, '{"version":"v2","host":"web-1"}') // true
 * ```
 */
export function isMet(expected: Expectation, body: string): boolean {
  if (typeof expected === 'string') return body.includes(expected)
  try {
    return holds(JSON.parse(body), expected)
  } catch {
    return false // What is no JSON has none of its members.
  }
}

export const expectationText = (expected: Expectation): string =>
  typeof expected === 'string' ? `a body with "${expected}"` : `JSON with ${JSON.stringify(expected)}`

function holds(actual: unknown, expected: unknown): boolean {
  if (!isObject(expected)) return isDeepStrictEqual(actual, expected)
  if (!isObject(actual)) return false
  const members = new Map(Object.entries(actual))
  return Object.entries(expected).every(([name, value]) => holds(members.get(name), value))
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
