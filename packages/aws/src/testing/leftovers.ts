import type { Going, Leftover } from '@viridian/core'

/** Nothing of the kinds before will be removed. */
export const nothingGoes: Going = { things: [], named: () => [], needed: () => [] }

/** What is found, without its functions. */
export const plain = (found: readonly Leftover[]) => found.map(({ remove: _, ...rest }) => rest)
