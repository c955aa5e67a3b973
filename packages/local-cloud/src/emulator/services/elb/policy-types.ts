import type {
  PolicyAttributeTypeDescription,
  PolicyTypeDescription,
} from '@aws-sdk/client-elastic-load-balancing'
import { AwsError } from '../../service.ts'

/** A policy of a load balancer as the store keeps it. */
export interface Policy {
  readonly name: string
  readonly type: string
  readonly attributes: readonly PolicyAttribute[]
}

export interface PolicyAttribute {
  readonly name: string
  readonly value: string
}

export const appCookie = 'AppCookieStickinessPolicyType'
export const balancerCookie = 'LBCookieStickinessPolicyType'
export const sslNegotiation = 'SSLNegotiationPolicyType'
export const proxyProtocol = 'ProxyProtocolPolicyType'
export const publicKey = 'PublicKeyPolicyType'
export const backendAuthentication = 'BackendServerAuthenticationPolicyType'

/** What an HTTPS or SSL listener negotiates by unless it is told otherwise. */
export const defaultSecurityPolicy = 'ELBSecurityPolicy-2016-08'

const reference = 'Reference-Security-Policy'
const protocols = ['Protocol-SSLv3', 'Protocol-TLSv1', 'Protocol-TLSv1.1', 'Protocol-TLSv1.2']
const serverOrder = 'Server-Defined-Cipher-Order'
const ciphers = [
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
const oldCiphers = [
  'DHE-RSA-AES128-SHA',
  'DHE-DSS-AES128-SHA',
  'DES-CBC3-SHA',
  'ECDHE-RSA-RC4-SHA',
  'RC4-SHA',
]

const booleans = (names: readonly string[]): PolicyAttributeTypeDescription[] =>
  names.map((AttributeName) => ({ AttributeName, AttributeType: 'Boolean', Cardinality: 'ZERO_OR_ONE' }))

/** The types, with the attributes that a policy of each may have. */
export const policyTypes: readonly PolicyTypeDescription[] = [
  {
    PolicyTypeName: appCookie,
    Description: "Binds a client to an instance for as long as a cookie of the application's lives.",
    PolicyAttributeTypeDescriptions: [
      { AttributeName: 'CookieName', AttributeType: 'String', Cardinality: 'ONE' },
    ],
  },
  {
    PolicyTypeName: balancerCookie,
    Description: "Binds a client to an instance by the load balancer's own cookie.",
    PolicyAttributeTypeDescriptions: [
      { AttributeName: 'CookieExpirationPeriod', AttributeType: 'Long', Cardinality: 'ZERO_OR_ONE' },
    ],
  },
  {
    PolicyTypeName: sslNegotiation,
    Description: 'Says which protocols and ciphers an HTTPS or SSL listener accepts.',
    PolicyAttributeTypeDescriptions: [
      { AttributeName: reference, AttributeType: 'String', Cardinality: 'ZERO_OR_ONE' },
      ...booleans([...protocols, serverOrder, ...ciphers, ...oldCiphers]),
    ],
  },
  {
    PolicyTypeName: proxyProtocol,
    Description: 'Tells an instance of the client in a line before the first byte.',
    PolicyAttributeTypeDescriptions: [
      { AttributeName: 'ProxyProtocol', AttributeType: 'Boolean', Cardinality: 'ONE' },
    ],
  },
  {
    PolicyTypeName: publicKey,
    Description: 'Holds a public key for the authentication of instances.',
    PolicyAttributeTypeDescriptions: [
      { AttributeName: 'PublicKey', AttributeType: 'String', Cardinality: 'ONE' },
    ],
  },
  {
    PolicyTypeName: backendAuthentication,
    Description: 'Says by which public keys instances are known.',
    PolicyAttributeTypeDescriptions: [
      { AttributeName: 'PublicKeyPolicyName', AttributeType: 'PolicyName', Cardinality: 'ONE_OR_MORE' },
    ],
  },
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

/**
 * Reads a policy from a request; one that refers to a security policy gets what that says.
 *
 * @throws AwsError `PolicyTypeNotFound`, or `InvalidConfigurationRequest` for attributes that the type does not have.
 */
export function readPolicy(
  name: string,
  type: string,
  attributes: readonly PolicyAttribute[],
  present: readonly Policy[],
): Policy {
  const known = policyTypes.find(({ PolicyTypeName }) => PolicyTypeName === type)
  if (known === undefined) throw new AwsError('PolicyTypeNotFound', `Policy type ${type} does not exist.`)
  const kinds = known.PolicyAttributeTypeDescriptions ?? []
  const counted = new Map<string, number>()
  for (const { name: attribute, value } of attributes) {
    const kind = kinds.find(({ AttributeName }) => AttributeName === attribute)
    if (kind === undefined) throw invalidPolicy(`${type} has no attribute ${attribute}.`)
    if (!fits(kind, value, present)) throw invalidPolicy(`${value} is no value for ${attribute}.`)
    counted.set(attribute, (counted.get(attribute) ?? 0) + 1)
  }
  for (const { AttributeName = '', Cardinality = '' } of kinds) {
    const count = counted.get(AttributeName) ?? 0
    if (count === 0 && Cardinality.startsWith('ONE')) throw invalidPolicy(`${type} needs ${AttributeName}.`)
    if (count > 1 && !Cardinality.endsWith('MORE'))
      throw invalidPolicy(`${AttributeName} is given more than once.`)
  }
  return { name, type, attributes: [...attributes, ...referred(attributes, counted)] }
}

/** What the security policy that attributes name says about those that they do not. */
function referred(
  attributes: readonly PolicyAttribute[],
  given: ReadonlyMap<string, number>,
): readonly PolicyAttribute[] {
  const named = attributes.find(({ name }) => name === reference)?.value
  const found = securityPolicies.find(({ name }) => name === named)
  return (found?.attributes ?? []).filter(({ name }) => !given.has(name))
}

function fits(
  { AttributeName, AttributeType }: PolicyAttributeTypeDescription,
  value: string,
  present: readonly Policy[],
): boolean {
  if (AttributeName === reference) return securityPolicies.some(({ name }) => name === value)
  switch (AttributeType) {
    case 'Boolean':
      return /^(true|false)$/i.test(value)
    case 'Long':
      return /^\d+$/.test(value)
    case 'PolicyName':
      return present.some(({ name, type }) => name === value && type === publicKey)
    default:
      return value !== ''
  }
}

/** The refusal of a policy that does not fit. */
export function invalidPolicy(message: string): AwsError {
  return new AwsError('InvalidConfigurationRequest', message, 409)
}

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
