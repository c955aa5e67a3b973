import { createHash } from 'node:crypto'

/** What a journal holds in the place of a secret: a value can be compared with it, and not be read from it. */
export const digestOf = (value: string): string =>
  createHash('sha256').update(value).digest('hex').slice(0, 16)
