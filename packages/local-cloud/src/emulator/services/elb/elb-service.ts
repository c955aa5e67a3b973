import type { Balancers } from '../../hardware/balancers.ts'
import { sdk } from '../../sdk.ts'
import type { Service } from '../../service.ts'
import { accountHandlers } from './account-handlers.ts'
import { BalancerBook, type ElbParts } from './balancer-book.ts'
import { balancerHandlers, type Place } from './balancer-handlers.ts'
import { hostedZoneOf } from './balancer-names.ts'
import { configurationHandlers } from './configuration-handlers.ts'
import { InstanceHealth } from './instance-health.ts'
import type { LoadBalancer } from './load-balancer.ts'
import { Network } from './network.ts'
import { policyHandlers } from './policies.ts'
import { registrationHandlers } from './registration-handlers.ts'
import { tagHandlers } from './tags.ts'
import { type BalancerLoad, dnsNameIn, type Traffic } from './traffic.ts'

const client = sdk.elb

/** Classic Elastic Load Balancing (API version 2012-06-01): the service, and what it offers to the others. */
export interface Elb {
  readonly service: Service<typeof client>
  readonly traffic: Traffic
  /** The ARNs of the load balancers that use a certificate. */
  certificateUsers(certificate: string): string[]
  /** Whether a load balancer has a security group. */
  usesGroup(groupId: string): boolean
  /** Opens the proxies of an earlier cloud process again. */
  restore(): Promise<void>
}

export function elbService(parts: ElbParts & Place): Elb {
  const { balancers, compute, certificates, region, account } = parts
  const book = new BalancerBook(parts)
  const health = new InstanceHealth(balancers, compute)
  const network = new Network(compute)
  compute.onChange((instance) => {
    if (instance.state !== 'terminated') return
    const registered = book.all().filter(({ instances }) => instances.includes(instance.id))
    for (const { name } of registered) book.deregister(name, [instance.id]).catch(parts.report)
  })
  const usersOf = (certificate: string): LoadBalancer[] =>
    book.all().filter(({ listeners }) => listeners.some((listener) => listener.certificate === certificate))
  certificates.onChange((certificate) => {
    // The listeners take up what the certificate has become.
    for (const { name } of usersOf(certificate)) book.change(name, () => ({})).catch(parts.report)
  })
  return {
    service: {
      signingName: 'elasticloadbalancing',
      command: 'elb',
      client,
      handlers: {
        ...balancerHandlers(book, network, certificates, parts),
        ...configurationHandlers(book, network, certificates),
        ...registrationHandlers(book, health),
        ...policyHandlers(book),
        ...tagHandlers(book),
        ...accountHandlers,
      },
    },
    traffic: trafficOf(book, parts),
    certificateUsers: (certificate) =>
      usersOf(certificate).map(
        ({ name }) => `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/${name}`,
      ),
    usesGroup: (groupId) => book.all().some(({ securityGroups }) => securityGroups.includes(groupId)),
    restore: () => book.restore(),
  }
}

function trafficOf(book: BalancerBook, parts: ElbParts & Place): Traffic {
  const stateOf = (name: string, id: string): string | undefined =>
    book.has(name) ? parts.balancers.groups.health(name).find((target) => target.id === id)?.state : undefined
  const isRegistered = (name: string, id: string): boolean =>
    book.has(name) && book.find(name).instances.includes(id)
  const isInService = (name: string, id: string): boolean =>
    isRegistered(name, id) && stateOf(name, id) === 'healthy'
  return {
    has: (name) => book.has(name),
    register: async (name, ids) => void (await book.register(name, ids)),
    deregister: async (name, ids) => {
      if (book.has(name)) await book.deregister(name, ids)
    },
    isDraining: (name, id) => stateOf(name, id) === 'draining',
    isInService,
    isRegistered,
    isRefused: (name, id) => isRegistered(name, id) && !isInService(name, id),
    loads: () => book.all().map((balancer) => loadOf(balancer, parts.balancers)),
    byDnsName(dnsName) {
      const asked = dnsNameIn(dnsName)
      const found = book.all().find((balancer) => balancer.dnsName.toLowerCase() === asked)
      if (found === undefined) return undefined
      return {
        name: found.name,
        address: found.address,
        hostedZoneId: hostedZoneOf(parts.region),
        healthy: found.instances.some((id) => stateOf(found.name, id) === 'healthy'),
      }
    },
  }
}

function loadOf({ name, instances }: LoadBalancer, balancers: Balancers): BalancerLoad {
  const { requests, byClass, balancerErrors } = balancers.counts(name)
  const registered = balancers.groups.health(name).filter(({ id }) => instances.includes(id))
  const healthy = registered.filter(({ state }) => state === 'healthy').length
  const answers = ['2xx', '3xx', '4xx', '5xx'].map((status) => {
    const own = status === '5xx' ? balancerErrors : 0
    return [`HTTPCode_Backend_${status.toUpperCase()}`, (byClass[status] ?? 0) - own]
  })
  return {
    namespace: 'AWS/ELB',
    dimensions: [{ Name: 'LoadBalancerName', Value: name }],
    gauges: { HealthyHostCount: healthy, UnHealthyHostCount: registered.length - healthy },
    counts: {
      RequestCount: requests,
      HTTPCode_ELB_5XX: balancerErrors,
      ...Object.fromEntries(answers),
    },
  }
}
