import type { WireRequest } from './protocol.ts'

/** What a request says of its signature. */
export interface Claim {
  readonly key: string
  readonly region: string
  readonly service: string
  /** The names of the headers that are signed. */
  readonly headers: readonly string[]
  readonly signature: string
  /** When it was signed; undefined when that is not a time. */
  readonly date: Date | undefined
  /** Seconds for which a signature in the URL is good: such a request is made beforehand and given to somebody. */
  readonly expires?: number
}

/** The claim of a request: of its Authorization header, or of its URL; `malformed` when it cannot be read. */
export function claimOf(request: WireRequest): Claim | 'none' | 'malformed' {
  if (request.headers.authorization !== undefined) return claimOfHeader(request)
  return request.query.has('X-Amz-Signature') ? claimOfQuery(request.query) : 'none'
}

/** The service that a request was signed for, even one that this cloud does not offer. */
export function claimedService(request: WireRequest): string | undefined {
  const claim = claimOf(request)
  return typeof claim === 'string' ? undefined : claim.service
}

const algorithm = 'AWS4-HMAC-SHA256'
const authorization = /^AWS4-HMAC-SHA256 +Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]+)$/

function claimOfHeader({ headers }: WireRequest): Claim | 'malformed' {
  const parts = authorization.exec(headers.authorization ?? '')
  if (parts === null) return 'malformed'
  const [, scope = '', names = '', signature = ''] = parts
  return claim(scope, names, signature, headers['x-amz-date'])
}

function claimOfQuery(query: URLSearchParams): Claim | 'malformed' {
  const [scope, names, signature, date, expires] = [
    'Credential',
    'SignedHeaders',
    'Signature',
    'Date',
    'Expires',
  ].map((name) => query.get(`X-Amz-${name}`) ?? '')
  if (query.get('X-Amz-Algorithm') !== algorithm || !/^\d+$/.test(expires ?? '')) return 'malformed'
  const found = claim(scope, names, signature, date)
  return found === 'malformed' ? found : { ...found, expires: Number(expires) }
}

function claim(scope = '', names = '', signature = '', date = ''): Claim | 'malformed' {
  const parts = /^([^/]+)\/\d{8}\/([^/]*)\/([^/]*)\/aws4_request$/.exec(scope)
  if (parts === null) return 'malformed'
  const [, key = '', region = '', service = ''] = parts
  return { key, region, service, headers: names.split(';'), signature, date: dateOf(date) }
}

function dateOf(text: string): Date | undefined {
  const digits = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (digits === null) return undefined
  const [, year, month, day, hour, minute, second] = digits
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}
