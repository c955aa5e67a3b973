import type { TlsIdentity } from '../hardware.ts'

/** An identity as Node's TLS takes it. */
export function secureContext({ certificate, privateKey }: TlsIdentity): { cert: string; key: string } {
  return { cert: certificate, key: privateKey }
}
