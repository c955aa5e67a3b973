import { reportOf } from '../error.ts'
import type { Finding } from './check.ts'

/** What was thrown, as a finding. */
export function failure(thrown: unknown, before = ''): Finding {
  const error = reportOf(thrown)
  const { message, hint, place } = error
  return { verdict: 'problem', says: `${before}${message}`, hint, place, error }
}
