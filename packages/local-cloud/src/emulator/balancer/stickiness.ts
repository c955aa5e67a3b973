import type { IncomingMessage } from 'node:http'
import type { Stickiness } from '../hardware.ts'

/** The cookie in which a classic balancer notes the target that a client is bound to. */
const ownCookie = 'AWSELB'

/** The target that a request's cookies bind it to. */
export function boundTo(
  { headers }: IncomingMessage,
  stickiness: Stickiness | undefined,
): string | undefined {
  if (stickiness === undefined) return undefined
  const cookies = new Map(
    (headers.cookie ?? '').split(';').map((cookie) => {
      const [name = '', value = ''] = cookie.trim().split(/=(.*)/s)
      return [name, value]
    }),
  )
  // A client whose application cookie is gone has begun anew.
  if ('cookie' in stickiness && !cookies.has(stickiness.cookie)) return undefined
  const value = cookies.get(ownCookie)
  return value === undefined ? undefined : Buffer.from(value, 'hex').toString()
}

/**
 * The header that binds a client to the target that has answered, where one is due.
 *
 * @param bound What the request was bound to
 */
export function binding(
  target: string,
  bound: string | undefined,
  answer: IncomingMessage,
  stickiness: Stickiness | undefined,
): readonly string[] {
  if (stickiness === undefined) return []
  const value = `${ownCookie}=${Buffer.from(target).toString('hex').toUpperCase()}`
  if ('cookie' in stickiness) {
    // Its lifetime and its flags are the application cookie's.
    const set = answer.headers['set-cookie']?.find((cookie) => cookie.startsWith(`${stickiness.cookie}=`))
    return set === undefined ? [] : ['Set-Cookie', [value, ...set.split(';').slice(1)].join(';')]
  }
  if (bound === target) return []
  const age = stickiness.seconds > 0 ? `;MAX-AGE=${stickiness.seconds}` : ''
  return ['Set-Cookie', `${value};PATH=/${age}`]
}
