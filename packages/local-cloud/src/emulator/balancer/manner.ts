import type { Stickiness } from '../hardware/rules.ts'

/** In what the kinds of balancers differ towards clients and targets. */
export interface Manner {
  /** When a target takes no connection, the next one is asked. */
  readonly retries: boolean
  /** Requests may change protocols. */
  readonly upgrades: boolean
  /** Targets are told of each request a name that it has on its whole way. */
  readonly traces: boolean
  /** What comes to nobody is a request too. */
  readonly countsUnserved: boolean
  /** The cookie in which it notes the target that a client is bound to. */
  cookieName(stickiness: Stickiness): string
  /** How that is said to browsers, given the pair of the cookie. */
  cookies(pair: string, seconds: number): readonly string[]
  /** Whether that is said in every answer. @default in the first one */
  readonly renews: boolean
  /** An answer of its own with this status. */
  refusal(status: number): Refusal
}

export interface Refusal {
  readonly reason: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const classicReasons: Readonly<Record<number, string>> = {
  502: 'BAD_GATEWAY',
  503: 'Service Unavailable: Back-end server is at capacity',
  504: 'GATEWAY_TIMEOUT',
}

export const classic: Manner = {
  retries: true,
  upgrades: false,
  traces: false,
  countsUnserved: true,
  cookieName: () => 'AWSELB',
  cookies: (pair, seconds) => [`${pair};PATH=/${seconds > 0 ? `;MAX-AGE=${seconds}` : ''}`],
  renews: false,
  refusal: (status) => ({
    reason: classicReasons[status] ?? '',
    headers: { 'Content-Length': '0' },
    body: '',
  }),
}

const reasons: Readonly<Record<number, string>> = {
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
}

export const application: Manner = {
  retries: false,
  upgrades: true,
  traces: true,
  countsUnserved: false,
  cookieName: (stickiness) => ('cookie' in stickiness ? 'AWSALBAPP-0' : 'AWSALB'),
  cookies: renewedCookies,
  renews: true,
  refusal: (status) => {
    const title = `${status} ${reasons[status] ?? ''}`
    const body = [
      '<html>',
      `<head><title>${title}</title></head>`,
      '<body>',
      `<center><h1>${title}</h1></center>`,
      '</body>',
      '</html>',
      '',
    ].join('\r\n')
    const headers = {
      Server: 'awselb/2.0',
      'Content-Type': 'text/html',
      'Content-Length': `${Buffer.byteLength(body)}`,
    }
    return { reason: reasons[status] ?? '', headers, body }
  },
}

/** What it relays has no words of its own. */
export const network: Manner = application

/** A cookie of an Application Load Balancer, and its twin for requests from other sites. */
export function renewedCookies(pair: string, seconds: number): readonly string[] {
  const expires = `Expires=${new Date(Date.now() + seconds * 1000).toUTCString()}; Path=/`
  const [name = '', value = ''] = pair.split(/=(.*)/s)
  return [`${pair}; ${expires}`, `${name}CORS=${value}; ${expires}; SameSite=None`]
}
