import { createHash } from 'node:crypto'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, test } from 'vitest'
import type { WireRequest } from './protocol.ts'
import { verifySignature } from './signature.ts'

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }
const region = 'eu-west-1'
const signedAt = new Date('2026-01-01T00:00:00Z')
const host = '127.0.0.1:4566'

const expected = { credentials, region, signingName: 'sts', knowsQuery: true, now: signedAt }
const after = (seconds: number): Date => new Date(signedAt.getTime() + seconds * 1000)

function signer(secretAccessKey = 'secret', signedFor = region): SignatureV4 {
  const keys = { ...credentials, secretAccessKey }
  const of = { service: 'sts', region: signedFor, credentials: keys }
  return new SignatureV4({ ...of, sha256: Sha256, applyChecksum: false })
}

/** A URL that is good for a minute. */
async function presigned(
  changes: Record<string, string> = {},
  secret?: string,
  signedFor?: string,
): Promise<WireRequest> {
  const request = {
    method: 'GET',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path: '/',
    headers: { host },
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
  }
  const options = { signingDate: signedAt, expiresIn: 60 }
  const { query = {} } = await signer(secret, signedFor).presign(request, options)
  const signed: [string, string][] = Object.entries({ ...query, ...changes }).map(([name, value]) => [
    name,
    String(value),
  ])
  return { ...request, query: new URLSearchParams(signed), body: Buffer.alloc(0) }
}

describe('a signature in the URL', () => {
  test('is good for as long as it says', async () => {
    await verifySignature(await presigned(), expected)
    await verifySignature(await presigned(), { ...expected, now: after(60) })
    const late = verifySignature(await presigned(), { ...expected, now: after(61) })
    await expect(late).rejects.toThrow('Signature expired')
    const early = verifySignature(await presigned(), { ...expected, now: after(-16 * 60) })
    await expect(early).rejects.toThrow('Signature not yet current')
  })

  test.each([
    ['another question', { Action: 'AssumeRole' }],
    ['a longer time', { 'X-Amz-Expires': '3600' }],
  ])('is not one for %s', async (_, changes) => {
    const altered = verifySignature(await presigned(changes), expected)
    await expect(altered).rejects.toMatchObject({ code: 'SignatureDoesNotMatch', status: 403 })
  })

  test('needs the secret, and all of its parts', async () => {
    const guessed = verifySignature(await presigned({}, 'guessed'), expected)
    await expect(guessed).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' })
    const half = verifySignature(await presigned({ 'X-Amz-Credential': '' }), expected)
    await expect(half).rejects.toMatchObject({ code: 'IncompleteSignature' })
  })
})

test('clients of global services sign for us-east-1 wherever they are', async () => {
  await verifySignature(await presigned({}, 'secret', 'us-east-1'), expected)
  const elsewhere = verifySignature(await presigned({}, 'secret', 'us-west-2'), expected)
  await expect(elsewhere).rejects.toThrow("this cloud is 'eu-west-1', not 'us-west-2'")
})

test('services that never spoke Query name their refusals in their own way', async () => {
  const json = { ...expected, knowsQuery: false }
  const none = { ...(await presigned()), query: new URLSearchParams() }
  const codeOf = (request: WireRequest) => verifySignature(request, json).catch(({ code }) => code)
  expect(await codeOf(none)).toBe('MissingAuthenticationTokenException')
  expect(await codeOf(await presigned({}, 'guessed'))).toBe('InvalidSignatureException')
  const stranger = { ...json, credentials: { ...credentials, accessKeyId: 'AKIAOTHER' } }
  const unknown = verifySignature(await presigned(), stranger)
  await expect(unknown).rejects.toMatchObject({ code: 'UnrecognizedClientException', status: 400 })
})

test('a body other than the stated one is refused', async () => {
  const body = Buffer.from('Action=GetCallerIdentity')
  const stated = createHash('sha256').update(body).digest('hex')
  const headers = { host, 'x-amz-content-sha256': stated }
  const request = {
    method: 'POST',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path: '/',
    query: {},
    headers,
    body,
  }
  const signed = await signer().sign(request, { signingDate: signedAt })
  const sent = { ...request, headers: signed.headers, query: new URLSearchParams() }
  await verifySignature(sent, expected)
  const altered = verifySignature({ ...sent, body: Buffer.from('Action=AssumeRole') }, expected)
  await expect(altered).rejects.toThrow('x-amz-content-sha256 is not the hash')
})
