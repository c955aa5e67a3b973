import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { CertificateDetail, KeyAlgorithm } from '@aws-sdk/client-acm'
import { validationException } from './refusals.ts'

/** An imported certificate as the store keeps it: plain JSON, its private key included. */
export interface Certificate {
  readonly arn: string
  /** ISO 8601: of the first import, and of the last. */
  readonly created: string
  imported: string
  material: Material
  tags: Record<string, string>
}

/** What is imported: PEM texts. */
export interface Material {
  readonly certificate: string
  readonly privateKey: string
  readonly chain?: string
}

const mostKeyBytes = 5_120
const pemCertificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/**
 * Reads what ImportCertificate is given.
 *
 * @throws AwsError `ValidationException` when it is not in PEM, does not fit together, or is not valid now.
 */
export function readMaterial(
  certificate: Uint8Array,
  privateKey: Uint8Array,
  chain: Uint8Array | undefined,
  now: Date,
): Material {
  const [leaf, ...more] = readCertificates(certificate, 'certificate')
  if (leaf === undefined || more.length > 0)
    throw validationException('The certificate field must hold exactly one certificate.')
  const key = readKey(privateKey)
  if (!leaf.checkPrivateKey(key))
    throw validationException('The private key does not match the public key of the certificate.')
  algorithmOf(leaf)
  if (now < new Date(leaf.validFrom))
    throw validationException('The certificate is not in its validity period yet.')
  if (now > new Date(leaf.validTo)) throw validationException('The certificate has expired.')
  const issuers = chain === undefined ? [leaf] : readCertificates(chain, 'certificate chain')
  if (!issuers.some((issuer) => leaf.issuer === issuer.subject && leaf.verify(issuer.publicKey))) {
    throw validationException(
      chain === undefined
        ? 'The certificate is not self-signed: import its certificate chain with it.'
        : 'The certificate chain does not hold the issuer of the certificate.',
    )
  }
  return {
    certificate: leaf.toString(),
    privateKey: String(key.export({ type: 'pkcs8', format: 'pem' })),
    ...(chain === undefined ? {} : { chain: issuers.map(String).join('') }),
  }
}

/** What DescribeCertificate shows, but for the uses. */
export function describeCertificate({ arn, created, imported, material }: Certificate): CertificateDetail {
  const leaf = new X509Certificate(material.certificate)
  const names = (leaf.subjectAltName ?? '').split(', ').flatMap((entry) => {
    const [, name] = /^DNS:(.+)$/.exec(entry) ?? []
    return name === undefined ? [] : [name]
  })
  const domain = /^CN=(.+)$/m.exec(leaf.subject)?.[1] ?? names[0] ?? ''
  return {
    CertificateArn: arn,
    DomainName: domain,
    SubjectAlternativeNames: names.length > 0 ? names : [domain],
    Serial: (leaf.serialNumber.match(/../g) ?? []).join(':').toLowerCase(),
    Subject: oneLine(leaf.subject),
    Issuer: /^O=(.+)$/m.exec(leaf.issuer)?.[1] ?? oneLine(leaf.issuer),
    CreatedAt: new Date(created),
    ImportedAt: new Date(imported),
    Status: new Date(leaf.validTo) < new Date() ? 'EXPIRED' : 'ISSUED',
    NotBefore: new Date(leaf.validFrom),
    NotAfter: new Date(leaf.validTo),
    KeyAlgorithm: algorithmOf(leaf),
    Type: 'IMPORTED',
    RenewalEligibility: 'INELIGIBLE',
  }
}

function readCertificates(pem: Uint8Array, field: string): X509Certificate[] {
  const texts = Buffer.from(pem).toString().match(pemCertificate) ?? []
  if (texts.length === 0) throw validationException(`The ${field} is not in PEM.`)
  try {
    return texts.map((text) => new X509Certificate(text))
  } catch {
    throw validationException(`The ${field} cannot be parsed: it is not X.509.`)
  }
}

function readKey(pem: Uint8Array): KeyObject {
  if (pem.length > mostKeyBytes)
    throw validationException(`The private key must not be larger than ${mostKeyBytes} bytes.`)
  try {
    return createPrivateKey(Buffer.from(pem))
  } catch {
    throw validationException(
      'The private key is not in PEM, or is encrypted: import it without a passphrase.',
    )
  }
}

/** @throws AwsError `ValidationException` for a key that ACM does not take. */
function algorithmOf({ publicKey }: X509Certificate): KeyAlgorithm {
  const { modulusLength, namedCurve = '' } = publicKey.asymmetricKeyDetails ?? {}
  const curves: Readonly<Record<string, KeyAlgorithm>> = {
    prime256v1: 'EC_prime256v1',
    secp384r1: 'EC_secp384r1',
    secp521r1: 'EC_secp521r1',
  }
  const sizes: Readonly<Record<number, KeyAlgorithm>> = {
    1024: 'RSA_1024',
    2048: 'RSA_2048',
    3072: 'RSA_3072',
    4096: 'RSA_4096',
  }
  const found = publicKey.asymmetricKeyType === 'rsa' ? sizes[modulusLength ?? 0] : curves[namedCurve]
  if (found === undefined) throw validationException('The algorithm of the public key is not supported.')
  return found
}

const oneLine = (name: string): string => name.split('\n').join(',')
