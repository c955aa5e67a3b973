import type { BalancerSpec, Listener } from '../../hardware/balancers.ts'
import type { Stickiness } from '../../hardware/rules.ts'
import type { Certificates } from '../acm/certificates.ts'
import type { ListenerRecord, LoadBalancer } from './load-balancer.ts'
import { appCookie, balancerCookie, type Policy } from './policy.ts'

/** What the proxy is told of a load balancer. */
export function specOf(balancer: LoadBalancer, certificates: Certificates): BalancerSpec {
  const { draining, idleTimeout } = balancer.attributes
  return {
    name: balancer.name,
    listeners: balancer.listeners.map((listener) => listenerOf(listener, balancer, certificates)),
    healthCheck: balancer.healthCheck,
    idleTimeout,
    ...(draining.enabled ? { draining: draining.timeout } : {}),
  }
}

function listenerOf(
  { protocol, port, instanceProtocol, instancePort, ...record }: ListenerRecord,
  balancer: LoadBalancer,
  certificates: Certificates,
): Listener {
  const identity = record.certificate === undefined ? undefined : certificates.find(record.certificate)
  const stickiness = stickinessOf(balancer.policies.filter(({ name }) => record.policies.includes(name)))
  return {
    protocol,
    port,
    instanceProtocol,
    instancePort,
    ...(identity && { identity }),
    ...(stickiness && { stickiness }),
  }
}

function stickinessOf(policies: readonly Policy[]): Stickiness | undefined {
  const valueIn = (type: string): string | undefined =>
    policies.find((policy) => policy.type === type)?.attributes[0]?.value
  const cookie = valueIn(appCookie)
  if (cookie !== undefined) return { cookie }
  const own = policies.find(({ type }) => type === balancerCookie)
  return own && { seconds: Number(valueIn(balancerCookie) ?? 0) }
}
