import type { IncomingMessage } from 'node:http'
import type { Stickiness } from '../hardware/rules.ts'
import type { Manner } from './manner.ts'

/** The target that a request's cookies bind it to. */
export function boundTo(
  request: IncomingMessage,
  stickiness: Stickiness | undefined,
  manner: Manner,
): string | undefined {
  if (stickiness === undefined) return undefined
  // A client whose application cookie is gone has begun anew.
  if ('cookie' in stickiness && cookieOf(request, stickiness.cookie) === undefined) return undefined
  return noted(cookieOf(request, manner.cookieName(stickiness)))
}

/** What a request has in a cookie. */
export function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  const cookies = new Map(
    (headers.cookie ?? '').split(';').map((cookie) => {
      const [key = '', value = ''] = cookie.trim().split(/=(.*)/s)
      return [key, value]
    }),
  )
  return cookies.get(name)
}

/** A note as a cookie carries it, and back. */
export function note(text: string): string {
  return Buffer.from(text).toString('hex').toUpperCase()
}

export function noted(value: string | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value, 'hex').toString()
}

/** A header for each of the cookies. */
export function setCookies(cookies: readonly string[]): readonly string[] {
  return cookies.flatMap((cookie) => ['Set-Cookie', cookie])
}

/**
 * The headers that bind a client to the target that has answered, where they are due.
 *
 * @param bound What the request was bound to
 */
export function binding(
  target: string,
  bound: string | undefined,
  answer: IncomingMessage,
  stickiness: Stickiness | undefined,
  manner: Manner,
): readonly string[] {
  if (stickiness === undefined) return []
  const pair = `${manner.cookieName(stickiness)}=${note(target)}`
  if ('cookie' in stickiness) {
    // Its lifetime and its flags are the application cookie's.
    const set = answer.headers['set-cookie']?.find((cookie) => cookie.startsWith(`${stickiness.cookie}=`))
    return set === undefined ? [] : setCookies([[pair, ...set.split(';').slice(1)].join(';')])
  }
  if (bound === target && !manner.renews) return []
  return setCookies(manner.cookies(pair, stickiness.seconds))
}
