import { createHash, timingSafeEqual } from 'node:crypto'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import { AwsError } from '../service.ts'
import { type Claim, claimOf } from './claim.ts'
import type { WireRequest } from './protocol.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** What a request's signature must agree with. */
export interface Expected {
  readonly credentials: Credentials
  readonly region: string
  readonly signingName: string
  /** False for a service that never spoke Query: it names its refusals in its own way. */
  readonly knowsQuery: boolean
  readonly now: Date
}

/** AWS allows clocks to differ by this much. */
const skewMilliseconds = 15 * 60 * 1000

type Refusal = 'missing' | 'incomplete' | 'unknownKey' | 'mismatch'

const queryCodes: Readonly<Record<Refusal, readonly [code: string, status: number]>> = {
  missing: ['MissingAuthenticationToken', 403],
  incomplete: ['IncompleteSignature', 400],
  unknownKey: ['InvalidClientTokenId', 403],
  mismatch: ['SignatureDoesNotMatch', 403],
}

const jsonCodes: typeof queryCodes = {
  missing: ['MissingAuthenticationTokenException', 400],
  incomplete: ['IncompleteSignatureException', 400],
  unknownKey: ['UnrecognizedClientException', 400],
  mismatch: ['InvalidSignatureException', 400],
}

/**
 * Signs the request again and compares, so that a mistake in credentials fails as on AWS.
 *
 * @throws AwsError `AuthFailure` (EC2) or `InvalidClientTokenId`, `SignatureDoesNotMatch`, `RequestExpired`, …
 */
export async function verifySignature(request: WireRequest, expected: Expected): Promise<void> {
  const claim = claimOf(request)
  if (claim === 'none') throw refusal(expected, 'missing', 'Request is missing Authentication Token')
  if (claim === 'malformed') {
    throw refusal(expected, 'incomplete', 'The request has no AWS Signature Version 4 that is whole.')
  }
  if (claim.key !== expected.credentials.accessKeyId) throw unknownKey(expected)
  checkScope(claim, expected)
  // What is signed for one service's host is no good for another's.
  if (!claim.headers.includes('host')) {
    const text = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    throw refusal(expected, 'mismatch', text)
  }
  const { date } = claim
  if (date === undefined) {
    throw refusal(expected, 'incomplete', 'Authorization header requires a valid X-Amz-Date header.')
  }
  checkClock(date, claim.expires, expected)
  checkBodyHash(request, expected)
  const signature = await signAgain(request, claim, date, expected.credentials)
  if (!sameText(signature, claim.signature)) {
    throw refusal(
      expected,
      'mismatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    )
  }
}

function refusal({ knowsQuery }: Expected, kind: Refusal, message: string): AwsError {
  const [code, status] = (knowsQuery ? queryCodes : jsonCodes)[kind]
  return new AwsError(code, message, status)
}

function unknownKey(expected: Expected): AwsError {
  return expected.signingName === 'ec2'
    ? new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401)
    : refusal(expected, 'unknownKey', 'The security token included in the request is invalid.')
}

function checkScope(claim: Claim, expected: Expected): void {
  if (claim.service !== expected.signingName) {
    const wanted = `Credential should be scoped to correct service: '${expected.signingName}'.`
    throw refusal(expected, 'mismatch', wanted)
  }
  // Route 53 and STS are global: their clients sign for us-east-1 wherever they are.
  const valid = claim.region === expected.region || claim.region === 'us-east-1'
  if (!valid) {
    throw refusal(
      expected,
      'mismatch',
      `Credential should be scoped to a valid region: this cloud is '${expected.region}', not '${claim.region}'.`,
    )
  }
}

function checkClock(date: Date, expires: number | undefined, expected: Expected): void {
  const { now, signingName } = expected
  const age = now.getTime() - date.getTime()
  const goodFor = expires === undefined ? skewMilliseconds : expires * 1000
  if (age <= goodFor && age >= -skewMilliseconds) return
  if (signingName === 'ec2') throw new AwsError('RequestExpired', 'Request has expired.')
  const when = age > 0 ? 'Signature expired' : 'Signature not yet current'
  const allowed = age > 0 ? `${goodFor / 1000} s` : '15 min.'
  throw refusal(
    expected,
    'mismatch',
    `${when}: ${date.toISOString()} is more than ${allowed} from ${now.toISOString()}.`,
  )
}

/** The signature covers the hash that the header states, so the header has to state the body's own. */
function checkBodyHash(request: WireRequest, expected: Expected): void {
  const stated = request.headers['x-amz-content-sha256']
  if (stated === undefined) return
  const hash = createHash('sha256').update(request.body).digest('hex')
  if (stated !== hash)
    throw refusal(
      expected,
      'mismatch',
      "The value of x-amz-content-sha256 is not the hash of the request's body.",
    )
}

/** The members of a URL that its signature adds. */
const added = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature']

async function signAgain(
  request: WireRequest,
  { region, service, headers: signable, expires: expiresIn }: Claim,
  signingDate: Date,
  credentials: Credentials,
): Promise<string> {
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, applyChecksum: false })
  const { method, path, body } = request
  const headers = Object.fromEntries(signable.map((name) => [name, request.headers[name] ?? '']))
  const unsigned = { method, protocol: 'http:', hostname: '127.0.0.1', path, headers, body }
  const options = { signingDate, signableHeaders: new Set(signable) }
  const query = queryRecord(request.query)
  if (expiresIn === undefined) {
    const signed = await signer.sign({ ...unsigned, query }, options)
    return signatureIn(signed.headers.authorization)
  }
  for (const name of added) delete query[`X-Amz-${name}`]
  const signed = await signer.presign({ ...unsigned, query }, { ...options, expiresIn })
  return String(signed.query?.['X-Amz-Signature'])
}

function signatureIn(authorization = ''): string {
  return /Signature=([0-9a-f]+)$/.exec(authorization)?.[1] ?? ''
}

function queryRecord(query: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]))
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
