import type { Listener as WireListener } from '@aws-sdk/client-elastic-load-balancing'
import type { Listener } from '../../hardware/balancers.ts'
import { AwsError } from '../../service.ts'
import type { Certificates } from '../acm/certificates.ts'
import { required, validationError, within } from '../constraint.ts'
import type { ListenerRecord, LoadBalancer } from './load-balancer.ts'
import type { Policy } from './policy.ts'
import { defaultSecurityPolicy, securityPolicies } from './security-policies.ts'

const protocols = ['HTTP', 'HTTPS', 'TCP', 'SSL'] as const

/** Reads a listener from a request, with AWS's defaults and refusals. */
export function readListener(wire: WireListener, certificates: Certificates): ListenerRecord {
  const protocol = readProtocol(required(wire.Protocol, 'protocol'))
  const instanceProtocol = readProtocol(wire.InstanceProtocol ?? protocol)
  if (layerOf(protocol) !== layerOf(instanceProtocol)) {
    throw validationError(
      `Listener Protocol ${protocol} and InstanceProtocol ${instanceProtocol} must be at the same Internet protocol layer`,
    )
  }
  const certificate = wire.SSLCertificateId
  const secure = isSecure(protocol)
  if (secure && certificate === undefined) {
    throw validationError('Secure Listeners need to specify a SSLCertificateId')
  }
  if (certificate !== undefined) checkCertificate(certificate, protocol, certificates)
  return {
    protocol,
    port: within(required(wire.LoadBalancerPort, 'loadBalancerPort'), 'loadBalancerPort', 1, 65535),
    instanceProtocol,
    instancePort: within(required(wire.InstancePort, 'instancePort'), 'instancePort', 1, 65535),
    ...(certificate === undefined ? {} : { certificate }),
    policies: secure ? [defaultSecurityPolicy] : [],
  }
}

/**
 * Whether a listener that speaks `protocol` may have the certificate.
 *
 * @throws AwsError `CertificateNotFound`, `InvalidConfigurationRequest`.
 */
export function checkCertificate(
  arn: string,
  protocol: Listener['protocol'],
  certificates: Certificates,
): void {
  if (certificates.find(arn) === undefined)
    throw new AwsError('CertificateNotFound', `Server Certificate not found for the key: ${arn}`)
  if (!isSecure(protocol)) {
    throw new AwsError(
      'InvalidConfigurationRequest',
      `A certificate is for HTTPS and SSL listeners, not for ${protocol}`,
      409,
    )
  }
}

/** The policies with those that AWS adds for listeners that name them from the start. */
export function policiesFor(
  listeners: readonly ListenerRecord[],
  present: readonly Policy[],
): LoadBalancer['policies'] {
  const needed = securityPolicies.filter(
    ({ name }) =>
      listeners.some(({ policies }) => policies.includes(name)) &&
      !present.some((policy) => policy.name === name),
  )
  return [...present, ...needed]
}

/** The listeners with `added` among them: one that is there already, exactly so, is passed over. */
export function addListeners(
  present: readonly ListenerRecord[],
  added: readonly ListenerRecord[],
): ListenerRecord[] {
  const all = [...present]
  for (const listener of added) {
    const twin = all.find(({ port }) => port === listener.port)
    if (twin === undefined) all.push(listener)
    else if (!sameListener(twin, listener)) {
      throw new AwsError(
        'DuplicateListener',
        'A listener already exists for the given LoadBalancerName and LoadBalancerPort, but with a different InstancePort, Protocol, or SSLCertificateId.',
      )
    }
  }
  return all
}

/** Whether two listeners do the same, whatever policies they have. */
export function sameListener(one: ListenerRecord, other: ListenerRecord): boolean {
  return (
    one.port === other.port &&
    one.protocol === other.protocol &&
    one.instancePort === other.instancePort &&
    one.instanceProtocol === other.instanceProtocol &&
    one.certificate === other.certificate
  )
}

export function describeListener(listener: ListenerRecord): {
  Listener: WireListener
  PolicyNames: string[]
} {
  return {
    Listener: {
      Protocol: listener.protocol,
      LoadBalancerPort: listener.port,
      InstanceProtocol: listener.instanceProtocol,
      InstancePort: listener.instancePort,
      ...(listener.certificate === undefined ? {} : { SSLCertificateId: listener.certificate }),
    },
    PolicyNames: [...listener.policies],
  }
}

function readProtocol(text: string): Listener['protocol'] {
  const found = protocols.find((protocol) => protocol === text.toUpperCase())
  if (found === undefined) {
    throw new AwsError(
      'UnsupportedProtocol',
      `Protocol ${text} is not supported: use HTTP, HTTPS, TCP or SSL`,
    )
  }
  return found
}

function layerOf(protocol: Listener['protocol']): 'application' | 'transport' {
  return protocol === 'HTTP' || protocol === 'HTTPS' ? 'application' : 'transport'
}

function isSecure(protocol: Listener['protocol']): boolean {
  return protocol === 'HTTPS' || protocol === 'SSL'
}
