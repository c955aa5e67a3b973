import type { Certificate } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../service.ts'
import type { Certificates } from '../acm/certificates.ts'
import { required, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import { invalidMarker } from './balancer-handlers.ts'
import type { Elbv2Book, Elbv2Handlers } from './book.ts'
import { findCertificate, isSecure } from './listener-settings.ts'
import { certificatesOf, type ListenerRecord } from './load-balancer.ts'

/** Beside the default one; AWS's quota. */
const most = 25

/** The operations on the certificates of a listener beside its default one. */
export function certificateHandlers(book: Elbv2Book, certificates: Certificates): Elbv2Handlers {
  return {
    async AddListenerCertificates(input) {
      const arn = findCertificate(certificates, readOne(input.Certificates))
      const { listener: found } = book.findListener(input.ListenerArn)
      await book.changeListener(found.arn, (listener) => {
        refusePlain(listener)
        const { certificate, moreCertificates = [] } = listener
        if (arn === certificate || moreCertificates.includes(arn)) return listener
        if (moreCertificates.length >= most)
          throw new AwsError('TooManyCertificates', `A listener cannot have more than ${most} certificates`)
        return { ...listener, moreCertificates: [...moreCertificates, arn] }
      })
      return { Certificates: [{ CertificateArn: arn, IsDefault: false }] }
    },
    DescribeListenerCertificates({ ListenerArn, Marker, PageSize = 400 }) {
      const { listener } = book.findListener(ListenerArn)
      const all = certificatesOf(listener).map((CertificateArn) => ({
        CertificateArn,
        IsDefault: CertificateArn === listener.certificate,
      }))
      const page = pageOf(all, within(PageSize, 'pageSize', 1, 400), Marker, () => invalidMarker(Marker))
      return {
        Certificates: [...page.items],
        ...(page.next === undefined ? {} : { NextMarker: page.next }),
      }
    },
    async RemoveListenerCertificates(input) {
      const arn = readOne(input.Certificates)
      await book.changeListener(book.findListener(input.ListenerArn).listener.arn, (listener) => {
        refusePlain(listener)
        const { certificate, moreCertificates = [] } = listener
        if (arn === certificate)
          throw new AwsError('OperationNotPermitted', `The default certificate '${arn}' cannot be removed`)
        return { ...listener, moreCertificates: moreCertificates.filter((each) => each !== arn) }
      })
      return {}
    },
  }
}

function readOne(given: readonly Certificate[] | undefined): string {
  const [first, second] = required(given, 'certificates')
  if (first === undefined) throw validationError('A certificate must be specified')
  if (second !== undefined) throw validationError('Only one certificate can be specified in a request')
  if (first.IsDefault !== undefined)
    throw validationError("'IsDefault' cannot be specified for the certificates of a listener")
  return required(first.CertificateArn, 'certificateArn')
}

function refusePlain({ protocol }: ListenerRecord): void {
  if (!isSecure(protocol))
    throw new AwsError(
      'InvalidConfigurationRequest',
      `Certificates cannot be specified for ${protocol} listeners`,
    )
}
