/**
 * What load balancing offers to the other services of the cloud, without the wire between them. Instances are registered
 * with classic load balancers by their names, and with target groups by their ARNs.
 */
export interface Traffic {
  has(name: string): boolean
  /** @throws AwsError `LoadBalancerNotFound`, `InvalidInstance`. */
  register(name: string, ids: readonly string[]): Promise<void>
  /** New requests stop at once; those in flight drain. A load balancer that is gone is passed over. */
  deregister(name: string, ids: readonly string[]): Promise<void>
  /** True while requests to the instance, which is deregistered, are in flight and may be. */
  isDraining(name: string, id: string): boolean
  /** True while the instance is registered and answers the load balancer's health check. */
  isInService(name: string, id: string): boolean
  isRegistered(name: string, id: string): boolean
  /** True while the instance is registered and the health check says that it is to be replaced. */
  isRefused(name: string, id: string): boolean
  /** The load balancer that a DNS name belongs to, upper or lower case, with or without `dualstack.`. */
  byDnsName(dnsName: string): BalancerEndpoint | undefined
  /** How every load balancer stands. */
  loads(): BalancerLoad[]
}

/** What is to be told CloudWatch of a load balancer or target group. */
export interface BalancerLoad {
  readonly namespace: string
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[]
  /** How things stand, by the names of the metrics. */
  readonly gauges: Readonly<Record<string, number>>
  /** What was counted since its proxy was opened. */
  readonly counts: Readonly<Record<string, number>>
  /** Those that are reported even when nothing came. @default none */
  readonly steady?: readonly string[]
  /** So many share what is counted. @default 1 */
  readonly share?: number
}

export interface BalancerEndpoint {
  readonly name: string
  /** The proxy's loopback address. */
  readonly address: string
  /** The hosted zone that an alias record to this load balancer names. */
  readonly hostedZoneId: string
  /** True while at least one registered instance is in service. */
  readonly healthy: boolean
}

/** A DNS name in the form that load balancers have theirs in. */
export function dnsNameIn(asked: string): string {
  return asked
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '')
}

/** Load balancing of both kinds as one: who is named by an ARN is a target group. */
export function bothOf(classic: Traffic, groups: Traffic): Traffic {
  const of = (name: string): Traffic => (name.startsWith('arn:') ? groups : classic)
  return {
    has: (name) => of(name).has(name),
    register: (name, ids) => of(name).register(name, ids),
    deregister: (name, ids) => of(name).deregister(name, ids),
    isDraining: (name, id) => of(name).isDraining(name, id),
    isInService: (name, id) => of(name).isInService(name, id),
    isRegistered: (name, id) => of(name).isRegistered(name, id),
    isRefused: (name, id) => of(name).isRefused(name, id),
    byDnsName: (dnsName) => classic.byDnsName(dnsName) ?? groups.byDnsName(dnsName),
    loads: () => [...classic.loads(), ...groups.loads()],
  }
}
