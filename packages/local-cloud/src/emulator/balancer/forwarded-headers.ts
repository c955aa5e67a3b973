import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** A header's name and value. */
export type Header = readonly [name: string, value: string]

const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** The headers of a message that are meant for its end, not for the next hop; names and order as they were sent. */
export function endToEnd({ rawHeaders, headers }: IncomingMessage): readonly Header[] {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const dropped = new Set([...hopByHop, ...named])
  return pairs(rawHeaders).filter(([name]) => !dropped.has(name.toLowerCase()))
}

/** The headers with which a classic balancer tells an instance about the client; what the client said of hops before is kept. */
export function withClient(
  headers: readonly Header[],
  client: string,
  protocol: string,
  port: number,
): readonly Header[] {
  const before = headers
    .filter(([name]) => name.toLowerCase() === 'x-forwarded-for')
    .map(([, value]) => value)
  const own = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port']
  return [
    ...headers.filter(([name]) => !own.includes(name.toLowerCase())),
    ['X-Forwarded-For', [...before, client].join(', ')],
    ['X-Forwarded-Proto', protocol.toLowerCase()],
    ['X-Forwarded-Port', String(port)],
  ]
}

/** The headers with the name of a request, `X-Amzn-Trace-Id`: the one that it has, or a new one. */
export function traced(headers: readonly Header[]): readonly Header[] {
  if (headers.some(([name]) => name.toLowerCase() === 'x-amzn-trace-id')) return headers
  const seconds = Math.floor(Date.now() / 1000).toString(16)
  return [...headers, ['X-Amzn-Trace-Id', `Root=1-${seconds}-${randomBytes(12).toString('hex')}`]]
}

function pairs(raw: readonly string[]): readonly Header[] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [
    raw[index * 2] ?? '',
    raw[index * 2 + 1] ?? '',
  ])
}
