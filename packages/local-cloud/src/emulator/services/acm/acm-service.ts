import { randomUUID } from 'node:crypto'
import type { CertificateDetail, CertificateSummary } from '@aws-sdk/client-acm'
import type { Clock } from '../../clock.ts'
import { sdk } from '../../sdk.ts'
import { AwsError, type Handlers, type Service } from '../../service.ts'
import type { Store } from '../../store.ts'
import { pageOf } from '../page.ts'
import { type Certificate, describeCertificate, readMaterial } from './certificate.ts'
import type { Certificates } from './certificates.ts'
import { validationException } from './refusals.ts'
import { addTags, wireTags } from './tags.ts'

const client = sdk.acm

/** AWS Certificate Manager (API version 2015-12-08), for certificates that are imported: it issues none. */
export interface Acm {
  readonly service: Service<typeof client>
  readonly certificates: Certificates
}

export interface AcmParts {
  readonly store: Store
  readonly clock: Clock
  readonly region: string
  readonly account: string
  /** The ARNs of what uses a certificate. */
  readonly usersOf: (arn: string) => string[]
}

interface Slice {
  readonly certificates: Record<string, Certificate>
}

/** What ListCertificates shows of keys unless others are asked for. */
const usualKeys = ['RSA_1024', 'RSA_2048']

export function acmService(parts: AcmParts): Acm {
  const { certificates } = parts.store.slice<Slice>('acm', () => ({ certificates: {} }))
  const listeners: ((arn: string) => void)[] = []
  return {
    service: { signingName: 'acm', client, handlers: handlersOf(parts, certificates, listeners) },
    certificates: {
      find(arn) {
        if (!Object.hasOwn(certificates, arn)) return undefined
        const material = certificates[arn]?.material
        return (
          material && {
            certificate: material.certificate + (material.chain ?? ''),
            privateKey: material.privateKey,
          }
        )
      },
      onChange: (listener) => void listeners.push(listener),
    },
  }
}

function handlersOf(
  { store, clock, region, account, usersOf }: AcmParts,
  certificates: Record<string, Certificate>,
  listeners: readonly ((arn: string) => void)[],
): Handlers<typeof client> {
  const find = (arn = ''): Certificate => {
    if (!/^arn:[\w-]+:acm:[\w-]*:\d*:certificate\/.+$/.test(arn))
      throw new AwsError('InvalidArnException', `The ARN ${arn} is not that of a certificate.`)
    const found = Object.hasOwn(certificates, arn) ? certificates[arn] : undefined
    if (found === undefined)
      throw new AwsError('ResourceNotFoundException', `Could not find certificate ${arn}.`)
    return found
  }
  return {
    ImportCertificate(input) {
      const {
        Certificate: certificate,
        PrivateKey: key,
        CertificateChain: chain,
        CertificateArn,
        Tags,
      } = input
      if (certificate === undefined || key === undefined)
        throw validationException('A certificate and its private key must be given.')
      const present = CertificateArn === undefined ? undefined : find(CertificateArn)
      if (present !== undefined && Tags !== undefined)
        throw validationException('Tags cannot be given with the import of a certificate that exists.')
      const material = readMaterial(certificate, key, chain, clock.now())
      const imported = clock.now().toISOString()
      const arn = present?.arn ?? `arn:aws:acm:${region}:${account}:certificate/${randomUUID()}`
      certificates[arn] = {
        ...(present ?? { arn, created: imported, tags: addTags({}, Tags ?? []) }),
        imported,
        material,
      }
      store.save()
      for (const heard of present === undefined ? [] : listeners) heard(arn)
      return { CertificateArn: arn }
    },
    DescribeCertificate(input) {
      const found = find(input.CertificateArn)
      return { Certificate: { ...describeCertificate(found), InUseBy: usersOf(found.arn) } }
    },
    GetCertificate(input) {
      const { certificate, chain } = find(input.CertificateArn).material
      return { Certificate: certificate, ...(chain === undefined ? {} : { CertificateChain: chain }) }
    },
    ListCertificates(input) {
      const keys: readonly string[] = input.Includes?.keyTypes ?? usualKeys
      const states = input.CertificateStatuses
      const all = Object.values(certificates)
        .map((one) => ({ detail: describeCertificate(one), users: usersOf(one.arn) }))
        .filter(({ detail }) => keys.includes(detail.KeyAlgorithm ?? ''))
        .filter(({ detail }) => states === undefined || states.some((state) => state === detail.Status))
      const size = input.MaxItems ?? 1000
      if (size < 1 || size > 1000) throw validationException('MaxItems must be between 1 and 1000.')
      const page = pageOf(all, size, input.NextToken, () =>
        validationException('The NextToken is not valid.'),
      )
      return {
        CertificateSummaryList: page.items.map(({ detail, users }) => summaryOf(detail, users)),
        ...(page.next === undefined ? {} : { NextToken: page.next }),
      }
    },
    DeleteCertificate(input) {
      const { arn } = find(input.CertificateArn)
      const users = usersOf(arn)
      if (users.length > 0)
        throw new AwsError('ResourceInUseException', `Certificate ${arn} is in use by ${users.join(', ')}.`)
      delete certificates[arn]
      store.save()
      return {}
    },
    AddTagsToCertificate(input) {
      const found = find(input.CertificateArn)
      found.tags = addTags(found.tags, input.Tags ?? [])
      store.save()
      return {}
    },
    ListTagsForCertificate(input) {
      return { Tags: wireTags(find(input.CertificateArn).tags) }
    },
  }
}

function summaryOf(detail: CertificateDetail, users: readonly string[]): CertificateSummary {
  const { CertificateArn, DomainName, SubjectAlternativeNames, Status, Type, KeyAlgorithm } = detail
  return {
    CertificateArn,
    DomainName,
    SubjectAlternativeNameSummaries: SubjectAlternativeNames,
    HasAdditionalSubjectAlternativeNames: false,
    Status,
    Type,
    KeyAlgorithm,
    InUse: users.length > 0,
    RenewalEligibility: detail.RenewalEligibility,
    NotBefore: detail.NotBefore,
    NotAfter: detail.NotAfter,
    CreatedAt: detail.CreatedAt,
    ImportedAt: detail.ImportedAt,
  }
}
