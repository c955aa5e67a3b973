import { createHash, timingSafeEqual } from 'node:crypto'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import { AwsError } from '../service.ts'
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
  readonly now: Date
}

/** AWS allows clocks to differ by this much. */
const skewMilliseconds = 15 * 60 * 1000

const authorization =
  /^AWS4-HMAC-SHA256 +Credential=([^/]+)\/\d{8}\/([^/]*)\/([^/]*)\/aws4_request, *SignedHeaders=([^,]+), *Signature=([0-9a-f]+)$/

interface Claim {
  readonly key: string
  readonly region: string
  readonly service: string
  readonly headers: readonly string[]
  readonly signature: string
}

/** The service that a request was signed for, even one that this cloud does not offer. */
export function claimedService(request: WireRequest): string | undefined {
  return readClaim(request.headers.authorization)?.service
}

function readClaim(header = ''): Claim | undefined {
  const parts = authorization.exec(header)
  if (parts === null) return undefined
  const [, key = '', region = '', service = '', headers = '', signature = ''] = parts
  return { key, region, service, headers: headers.split(';'), signature }
}

/**
 * Signs the request again and compares, so that a mistake in credentials fails as on AWS.
 *
 * @throws AwsError `AuthFailure` (EC2) or `InvalidClientTokenId`, `SignatureDoesNotMatch`, `RequestExpired`, …
 */
export async function verifySignature(request: WireRequest, expected: Expected): Promise<void> {
  const header = request.headers.authorization
  if (header === undefined) {
    throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
  }
  const claim = readClaim(header)
  if (claim === undefined) {
    throw new AwsError(
      'IncompleteSignature',
      'Authorization header is not an AWS Signature Version 4 header.',
    )
  }
  if (claim.key !== expected.credentials.accessKeyId) throw unknownKey(expected.signingName)
  checkScope(claim, expected)
  const date = signingDate(request)
  checkClock(date, expected)
  checkBodyHash(request)
  const signature = await signAgain(request, claim, date, expected.credentials)
  if (signature === undefined || !sameText(signature, claim.signature)) {
    throw mismatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    )
  }
}

function unknownKey(signingName: string): AwsError {
  return signingName === 'ec2'
    ? new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401)
    : new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403)
}

function mismatch(message: string): AwsError {
  return new AwsError('SignatureDoesNotMatch', message, 403)
}

function checkScope(claim: Claim, expected: Expected): void {
  if (claim.service !== expected.signingName) {
    throw mismatch(`Credential should be scoped to correct service: '${expected.signingName}'.`)
  }
  // Route 53 and STS are global: their clients sign for us-east-1 wherever they are.
  const valid = claim.region === expected.region || claim.region === 'us-east-1'
  if (!valid) {
    throw mismatch(
      `Credential should be scoped to a valid region: this cloud is '${expected.region}', not '${claim.region}'.`,
    )
  }
}

function signingDate(request: WireRequest): Date {
  const digits = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(request.headers['x-amz-date'] ?? '')
  if (digits === null) {
    throw new AwsError('IncompleteSignature', 'Authorization header requires a valid X-Amz-Date header.')
  }
  const [, year, month, day, hour, minute, second] = digits
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

function checkClock(date: Date, { now, signingName }: Expected): void {
  if (Math.abs(now.getTime() - date.getTime()) <= skewMilliseconds) return
  if (signingName === 'ec2') throw new AwsError('RequestExpired', 'Request has expired.')
  const when = date < now ? 'Signature expired' : 'Signature not yet current'
  throw mismatch(`${when}: ${date.toISOString()} is more than 15 min. from ${now.toISOString()}.`)
}

/** The signature covers the hash that the header states, so the header has to state the body's own. */
function checkBodyHash(request: WireRequest): void {
  const stated = request.headers['x-amz-content-sha256']
  if (stated === undefined) return
  const hash = createHash('sha256').update(request.body).digest('hex')
  if (stated !== hash)
    throw mismatch("The value of x-amz-content-sha256 is not the hash of the request's body.")
}

async function signAgain(
  request: WireRequest,
  claim: Claim,
  signingDate: Date,
  credentials: Credentials,
): Promise<string | undefined> {
  const { region, service } = claim
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, applyChecksum: false })
  const { method, path, body } = request
  const headers = Object.fromEntries(claim.headers.map((name) => [name, request.headers[name] ?? '']))
  const query = queryRecord(request.query)
  const signed = await signer.sign(
    { method, protocol: 'http:', hostname: '127.0.0.1', path, query, headers, body },
    { signingDate, signableHeaders: new Set(claim.headers) },
  )
  return readClaim(signed.headers.authorization)?.signature
}

function queryRecord(query: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]))
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
