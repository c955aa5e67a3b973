import type { TlsIdentity } from '../../hardware/balancers.ts'

/** What Certificate Manager offers to the other services of the cloud, without the wire between them. */
export interface Certificates {
  /** As whom a listener with the certificate speaks; undefined: there is no such certificate. */
  find(arn: string): TlsIdentity | undefined
  /** Hears of the certificates that are imported anew. */
  onChange(listener: (arn: string) => void): void
}
