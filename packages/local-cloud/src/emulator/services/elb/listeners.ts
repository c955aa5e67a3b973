import type { Listener as WireListener } from '@aws-sdk/client-elastic-load-balancing'
import type { Listener } from '../../hardware.ts'
import { AwsError } from '../../service.ts'
import { required, validationError, within } from '../constraint.ts'
import type { ListenerRecord } from './load-balancer.ts'

const protocols = ['HTTP', 'HTTPS', 'TCP', 'SSL'] as const

/** Reads a listener from a request, with AWS's defaults and refusals. */
export function readListener(wire: WireListener): ListenerRecord {
  const protocol = readProtocol(required(wire.Protocol, 'protocol'))
  const instanceProtocol = readProtocol(wire.InstanceProtocol ?? protocol)
  if (layerOf(protocol) !== layerOf(instanceProtocol)) {
    throw validationError(
      `Listener Protocol ${protocol} and InstanceProtocol ${instanceProtocol} must be at the same Internet protocol layer`,
    )
  }
  if ((protocol === 'HTTPS' || protocol === 'SSL') && wire.SSLCertificateId === undefined) {
    throw validationError('Secure Listeners need to specify a SSLCertificateId')
  }
  if (wire.SSLCertificateId !== undefined) throw certificateNotFound(wire.SSLCertificateId)
  return {
    protocol,
    port: within(required(wire.LoadBalancerPort, 'loadBalancerPort'), 'loadBalancerPort', 1, 65535),
    instanceProtocol,
    instancePort: within(required(wire.InstancePort, 'instancePort'), 'instancePort', 1, 65535),
    policies: [],
  }
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
    one.instanceProtocol === other.instanceProtocol
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
    },
    PolicyNames: [...listener.policies],
  }
}

/** The refusal of a certificate: there are none here, so that whatever is named is not found. */
export function certificateNotFound(arn: string): AwsError {
  return new AwsError(
    'CertificateNotFound',
    `Server Certificate not found for the key: ${arn} (the local cloud has no certificates: use HTTP or TCP).`,
  )
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
