import { type Policy, type PolicyAttribute, sslNegotiation } from './policy.ts'

/** What an HTTPS or SSL listener negotiates by unless it is told otherwise. */
export const defaultSecurityPolicy = 'ELBSecurityPolicy-2016-08'

/** The attribute that names one of AWS's own. */
export const reference = 'Reference-Security-Policy'
export const protocols = ['Protocol-SSLv3', 'Protocol-TLSv1', 'Protocol-TLSv1.1', 'Protocol-TLSv1.2']
export const serverOrder = 'Server-Defined-Cipher-Order'
export const ciphers = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-RSA-AES256-SHA384',
  'ECDHE-RSA-AES256-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES128-SHA256',
  'AES128-SHA',
  'AES256-GCM-SHA384',
  'AES256-SHA256',
  'AES256-SHA',
]
/** Those that AWS knows and none of its own policies since 2016 turns on. */
export const oldCiphers = [
  'DHE-RSA-AES128-SHA',
  'DHE-DSS-AES128-SHA',
  'DES-CBC3-SHA',
  'ECDHE-RSA-RC4-SHA',
  'RC4-SHA',
]

/** AWS's own security policies, which every load balancer may refer to. */
export const securityPolicies: readonly Policy[] = [
  securityPolicy(defaultSecurityPolicy, ['Protocol-TLSv1', 'Protocol-TLSv1.1', 'Protocol-TLSv1.2'], ciphers),
  securityPolicy('ELBSecurityPolicy-TLS-1-1-2017-01', ['Protocol-TLSv1.1', 'Protocol-TLSv1.2'], ciphers),
  securityPolicy(
    'ELBSecurityPolicy-TLS-1-2-2017-01',
    ['Protocol-TLSv1.2'],
    ciphers.filter((cipher) => !cipher.endsWith('-SHA')),
  ),
  securityPolicy(
    'ELBSecurityPolicy-2015-05',
    ['Protocol-TLSv1', 'Protocol-TLSv1.1', 'Protocol-TLSv1.2'],
    [...ciphers, 'DES-CBC3-SHA'],
  ),
]

function securityPolicy(name: string, accepted: readonly string[], on: readonly string[]): Policy {
  const attribute = (each: string, value: boolean): PolicyAttribute => ({ name: each, value: `${value}` })
  return {
    name,
    type: sslNegotiation,
    attributes: [
      { name: reference, value: name },
      ...protocols.map((protocol) => attribute(protocol, accepted.includes(protocol))),
      attribute(serverOrder, true),
      ...[...ciphers, ...oldCiphers].map((cipher) => attribute(cipher, on.includes(cipher))),
    ],
  }
}
