/** What classic load balancing offers to the other services of the cloud, without the wire between them. */
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
  /** The load balancer that a DNS name belongs to, upper or lower case, with or without `dualstack.`. */
  byDnsName(dnsName: string): BalancerEndpoint | undefined
  /** How every load balancer stands. */
  loads(): BalancerLoad[]
}

/** What a load balancer has counted since its proxy was opened, and how its instances are. */
export interface BalancerLoad {
  readonly name: string
  readonly requests: number
  /** Answers of the instances by status class, `2xx`. */
  readonly answers: Readonly<Record<string, number>>
  /** Answers of the load balancer's own, with a status of 500 or more. */
  readonly errors: number
  readonly healthy: number
  readonly unhealthy: number
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
