import { ACM } from '@aws-sdk/client-acm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { certificateFor } from '../testing/certificate.ts'
import { openTestCloud, refusal, type TestCloud } from '../testing/test-cloud.ts'

let cloud: TestCloud
let acm: ACM
let own: Awaited<ReturnType<typeof certificateFor>>

beforeAll(async () => {
  cloud = await openTestCloud()
  acm = new ACM(cloud.config)
  own = await certificateFor('www.example.test', { keyType: 'rsa' })
})

afterAll(async () => {
  acm.destroy()
  await cloud.close()
})

const bytes = (text: string): Uint8Array => Buffer.from(text)

function importing(
  { certificate, privateKey }: { certificate: string; privateKey: string },
  more: object = {},
) {
  return acm.importCertificate({
    Certificate: bytes(certificate),
    PrivateKey: bytes(privateKey),
    ...more,
  })
}

test('imports, describes, lists, tags and deletes a certificate', async () => {
  const Tags = [{ Key: 'team', Value: 'a' }]
  const { CertificateArn = '' } = await importing(own, { Tags })
  expect(CertificateArn).toMatch(/^arn:aws:acm:eu-west-1:\d{12}:certificate\/[\w-]{36}$/)
  expect((await acm.describeCertificate({ CertificateArn })).Certificate).toMatchObject({
    CertificateArn,
    DomainName: 'www.example.test',
    SubjectAlternativeNames: ['www.example.test'],
    Subject: 'CN=www.example.test',
    Status: 'ISSUED',
    Type: 'IMPORTED',
    KeyAlgorithm: 'RSA_2048',
    InUseBy: [],
    ImportedAt: expect.any(Date),
    NotAfter: expect.any(Date),
  })
  const { Certificate } = await acm.getCertificate({ CertificateArn })
  expect(Certificate?.trim()).toBe(own.certificate.replaceAll('\r', '').trim())
  const curved = await importing(await certificateFor('api.example.test'))
  const listed = async (more: object = {}): Promise<unknown[]> =>
    ((await acm.listCertificates(more)).CertificateSummaryList ?? []).map((one) => one.DomainName)
  expect(await listed()).toEqual(['www.example.test'])
  expect(await listed({ Includes: { keyTypes: ['EC_prime256v1'] } })).toEqual(['api.example.test'])
  expect(await listed({ CertificateStatuses: ['EXPIRED'] })).toEqual([])
  await acm.addTagsToCertificate({ CertificateArn, Tags: [{ Key: 'stage', Value: 'x' }] })
  expect((await acm.listTagsForCertificate({ CertificateArn })).Tags).toEqual([
    ...Tags,
    { Key: 'stage', Value: 'x' },
  ])
  for (const arn of [CertificateArn, curved.CertificateArn])
    await acm.deleteCertificate({ CertificateArn: arn })
  expect(await listed()).toEqual([])
  expect(await refusal(acm.describeCertificate({ CertificateArn }))).toMatch(/^ResourceNotFoundException/)
})

describe('does not import', () => {
  test('what does not fit together, or is not PEM', async () => {
    const other = await certificateFor('other.example.test')
    expect(await refusal(importing({ ...own, privateKey: other.privateKey }))).toMatch(
      /^ValidationException: The private key does not match/,
    )
    expect(await refusal(importing({ ...own, certificate: 'no' }))).toMatch(/not in PEM/)
    expect(await refusal(importing({ ...own, certificate: own.certificate + other.certificate }))).toMatch(
      /exactly one/,
    )
    const broken = own.certificate.replace(/M/, '!')
    expect(await refusal(importing({ ...own, certificate: broken }))).toMatch(/cannot be parsed/)
    const locked = await certificateFor('www.example.test', { passphrase: 'secret' })
    expect(await refusal(importing(locked))).toMatch(/without a passphrase/)
  })

  test('what is out of its time', async () => {
    const day = 24 * 3_600_000
    const at = (from: number, to: number) =>
      certificateFor('www.example.test', {
        notBeforeDate: new Date(Date.now() + from * day),
        notAfterDate: new Date(Date.now() + to * day),
      })
    expect(await refusal(importing(await at(-2, -1)))).toMatch(/expired/)
    expect(await refusal(importing(await at(1, 2)))).toMatch(/not in its validity period/)
  })

  test('an issued certificate without its issuer', async () => {
    const authority = await certificateFor('authority', {
      extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
    })
    const ca = { key: authority.privateKey, cert: authority.certificate }
    const leaf = await certificateFor('www.example.test', { ca })
    expect(await refusal(importing(leaf))).toMatch(/not self-signed/)
    const stranger = { CertificateChain: bytes(own.certificate) }
    expect(await refusal(importing(leaf, stranger))).toMatch(/does not hold the issuer/)
    const CertificateChain = bytes(authority.certificate)
    const { CertificateArn } = await importing(leaf, { CertificateChain })
    expect((await acm.getCertificate({ CertificateArn })).CertificateChain).toContain('BEGIN CERTIFICATE')
    await acm.deleteCertificate({ CertificateArn })
  })

  test('over a certificate that is not there', async () => {
    const CertificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/none'
    expect(await refusal(importing(own, { CertificateArn }))).toMatch(/^ResourceNotFoundException/)
    expect(await refusal(importing(own, { CertificateArn: 'web' }))).toMatch(/^InvalidArnException/)
  })
})
