import type {
  Certificate,
  CreateListenerInput,
  ModifyListenerInput,
  MutualAuthenticationAttributes,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../service.ts'
import type { Certificates } from '../acm/certificates.ts'
import { oneOf, required, validationError, within } from '../constraint.ts'
import type { Elbv2Book } from './book.ts'
import type { ListenerProtocol, ListenerRecord, LoadBalancer, MutualAuthentication } from './load-balancer.ts'

/** What a listener is but for its rules. */
export type ListenerSettings = Pick<
  ListenerRecord,
  'port' | 'protocol' | 'certificate' | 'securityPolicy' | 'alpnPolicy' | 'mutualAuthentication'
>

export type SettingsInput = Pick<
  CreateListenerInput & ModifyListenerInput,
  'Port' | 'Protocol' | 'Certificates' | 'SslPolicy' | 'AlpnPolicy' | 'MutualAuthentication'
>

const protocols = { application: ['HTTP', 'HTTPS'], network: ['TCP', 'TLS'] } as const

/** Reads the settings of a listener from a request. */
export function readSettings(
  input: SettingsInput,
  { kind }: LoadBalancer,
  { book, certificates }: { readonly book: Elbv2Book; readonly certificates: Certificates },
): ListenerSettings {
  const protocol = readProtocol(required(input.Protocol, 'protocol'), kind)
  const port = within(required(input.Port, 'port'), 'port', 1, 65_535)
  const secure = isSecure(protocol)
  const certificate = readDefault(input.Certificates ?? [], protocol, certificates)
  if (!secure && input.SslPolicy !== undefined)
    throw new AwsError(
      'InvalidConfigurationRequest',
      `A security policy cannot be specified for ${protocol} listeners`,
    )
  const alpnPolicy = readAlpn(input.AlpnPolicy ?? [], protocol)
  const mutualAuthentication = readMutual(input.MutualAuthentication, protocol, book)
  return {
    port,
    protocol,
    ...(certificate !== undefined && {
      certificate,
      securityPolicy: readPolicy(input.SslPolicy ?? 'ELBSecurityPolicy-2016-08'),
    }),
    ...(alpnPolicy !== undefined && { alpnPolicy }),
    ...(mutualAuthentication && { mutualAuthentication }),
  }
}

/** What a request leaves out stays; a listener that is not encrypted any more has no certificate. */
export function withPresent(input: ModifyListenerInput, listener: ListenerRecord): SettingsInput {
  const Protocol = input.Protocol ?? listener.protocol
  const { certificate, securityPolicy, alpnPolicy, mutualAuthentication } = listener
  const kept = {
    ...(isSecure(Protocol) && {
      ...(certificate !== undefined && { Certificates: [{ CertificateArn: certificate }] }),
      ...(securityPolicy !== undefined && { SslPolicy: securityPolicy }),
    }),
    ...(Protocol === listener.protocol && {
      ...(alpnPolicy !== undefined && { AlpnPolicy: [alpnPolicy] }),
      ...(mutualAuthentication && { MutualAuthentication: mutualAuthentication }),
    }),
  }
  const given = Object.entries(input).filter(([, value]) => value !== undefined)
  return { Port: listener.port, ...kept, ...Object.fromEntries(given), Protocol }
}

export function isSecure(protocol: string): boolean {
  return protocol === 'HTTPS' || protocol === 'TLS'
}

/** @throws AwsError `CertificateNotFound` */
export function findCertificate(certificates: Certificates, arn: string | undefined): string {
  if (arn === undefined || certificates.find(arn) === undefined)
    throw new AwsError('CertificateNotFound', `Certificate '${arn}' not found`)
  return arn
}

function readProtocol(protocol: string, kind: LoadBalancer['kind']): ListenerProtocol {
  const found = protocols[kind].find((each) => each === protocol)
  if (found !== undefined) return found
  if (kind === 'network' && /UDP|QUIC/.test(protocol))
    throw validationError(`The local cloud has no ${protocol} listeners: it has TCP and TLS.`)
  throw validationError(`Listener protocol '${protocol}' must be one of '${protocols[kind].join(', ')}'`)
}

function readDefault(
  given: readonly Certificate[],
  protocol: ListenerProtocol,
  certificates: Certificates,
): string | undefined {
  const [first, second] = given
  if (isSecure(protocol) && first === undefined)
    throw validationError(`A certificate must be specified for ${protocol} listeners`)
  if (!isSecure(protocol) && first !== undefined)
    throw new AwsError(
      'InvalidConfigurationRequest',
      `A certificate cannot be specified for ${protocol} listeners`,
    )
  if (second !== undefined)
    throw new AwsError('TooManyCertificates', 'Only one certificate can be specified for a listener')
  return first && findCertificate(certificates, first.CertificateArn)
}

function readPolicy(name: string): string {
  if (!/^ELBSecurityPolicy-[\w-]+$/.test(name))
    throw new AwsError('SSLPolicyNotFound', `SSL policy '${name}' not found`)
  return name
}

const alpnPolicies = ['HTTP1Only', 'HTTP2Only', 'HTTP2Optional', 'HTTP2Preferred', 'None']

function readAlpn(given: readonly string[], protocol: ListenerProtocol): string | undefined {
  const [first, second] = given
  if (first === undefined) return undefined
  if (protocol !== 'TLS')
    throw new AwsError(
      'ALPNPolicyNotSupported',
      `An ALPN policy cannot be specified for ${protocol} listeners`,
    )
  if (second !== undefined || !alpnPolicies.includes(first))
    throw new AwsError('ALPNPolicyNotSupported', `The ALPN policy [${given.join(', ')}] is not supported`)
  return first
}

function readMutual(
  wire: MutualAuthenticationAttributes | undefined,
  protocol: ListenerProtocol,
  book: Elbv2Book,
): MutualAuthentication | undefined {
  if (protocol !== 'HTTPS') {
    if (wire === undefined) return undefined
    throw new AwsError(
      'InvalidConfigurationRequest',
      `Mutual authentication cannot be specified for ${protocol} listeners`,
    )
  }
  const Mode = oneOf(wire?.Mode ?? 'off', 'mode', ['off', 'passthrough', 'verify'])
  const { TrustStoreArn, IgnoreClientCertificateExpiry = false, AdvertiseTrustStoreCaNames } = wire ?? {}
  if (Mode !== 'verify') {
    if (TrustStoreArn !== undefined)
      throw validationError(`A trust store cannot be specified for mutual authentication mode '${Mode}'`)
    return { Mode }
  }
  const store = book.trustStores.find(required(TrustStoreArn, 'trustStoreArn'))
  return {
    Mode,
    TrustStoreArn: store.arn,
    IgnoreClientCertificateExpiry,
    AdvertiseTrustStoreCaNames: oneOf(AdvertiseTrustStoreCaNames ?? 'off', 'advertiseTrustStoreCaNames', [
      'on',
      'off',
    ]),
  }
}
