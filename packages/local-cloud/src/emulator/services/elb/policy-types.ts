import type {
  PolicyAttributeTypeDescription,
  PolicyTypeDescription,
} from '@aws-sdk/client-elastic-load-balancing'
import { AwsError } from '../../service.ts'
import {
  appCookie,
  backendAuthentication,
  balancerCookie,
  type Policy,
  type PolicyAttribute,
  proxyProtocol,
  publicKey,
  sslNegotiation,
} from './policy.ts'
import {
  ciphers,
  oldCiphers,
  protocols,
  reference,
  securityPolicies,
  serverOrder,
} from './security-policies.ts'

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
