import { randomBytes, scryptSync } from 'node:crypto'

/**
 * What a journal holds in the place of a secret: a value can be compared with it, and not be read from it. It takes its
 * time, and differs from one to the next, for the sake of secrets that are short or common.
 */
export const digestOf = (value: string, salt = randomBytes(12).toString('base64url')): string =>
  `${salt}.${scryptSync(value, salt, 16).toString('base64url')}`

export function isDigestOf(digest: string, value: string): boolean {
  const [salt] = digest.split('.')
  return digestOf(value, salt) === digest
}
