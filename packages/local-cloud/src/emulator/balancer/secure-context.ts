import { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls'
import type { TlsIdentity } from '../hardware/balancers.ts'

/** An identity as Node's TLS takes it. */
export function secureContext({ certificate, privateKey }: TlsIdentity): { cert: string; key: string } {
  return { cert: certificate, key: privateKey }
}

/**
 * As whom a server speaks: as the first of its other identities that has the name which a client asks for, else as itself.
 *
 * @param others asked anew each time
 */
export function secureOptions(identity: TlsIdentity, others: () => readonly TlsIdentity[]): TlsOptions {
  return {
    ...secureContext(identity),
    SNICallback(name: string, answer: (error: Error | null, context?: SecureContext) => void) {
      const found = others().find(
        ({ certificate }) => new X509Certificate(certificate).checkHost(name) !== undefined,
      )
      answer(null, found && createSecureContext(secureContext(found)))
    },
  }
}
