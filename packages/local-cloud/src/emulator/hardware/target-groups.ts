/** The health check of targets; times are AWS seconds. */
export interface HealthCheck {
  /** `HTTP:8080/health`, `TCP:8080`, `HTTPS:…`, `SSL:…`; `HTTP:traffic-port/health`: where a target has its traffic. */
  readonly target: string
  readonly interval: number
  readonly timeout: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  /** So many checks in a row make a new target healthy. @default healthyThreshold */
  readonly firstThreshold?: number
  /** The statuses that are healthy, as `200-299,301`. @default '200' */
  readonly matcher?: string
  /** As whom the check asks. @default 'ELB-HealthChecker/1.0' */
  readonly agent?: string
}

/** A group of targets that balancers' rules lead to. */
export interface TargetGroupSpec {
  /** Unique among groups and classic balancers. */
  readonly name: string
  readonly healthCheck: HealthCheck
  /** AWS seconds that requests in flight may take after deregistration; undefined: draining is off. */
  readonly draining?: number
  /** A target drains for the whole time, whatever it has in hand. @default until that is done */
  readonly lingers?: true
  /** What is still in hand after the draining is left to end by itself. @default it is cut */
  readonly spares?: true
  /** When no target is healthy, all are asked. @default none is */
  readonly failsOpen?: true
}

export interface BalancerTarget {
  readonly id: string
  readonly address: string
  /** Where it is asked; left out: at the listener's instance port. An id may be a target at several ports. */
  readonly port?: number
}

/** Why the last health check did not pass. */
export type CheckFailure = { readonly status: number } | 'timeout' | 'connection'

/** `draining`: deregistered, with requests still in flight. */
export interface TargetHealth {
  readonly id: string
  readonly port?: number
  readonly state: 'registering' | 'healthy' | 'unhealthy' | 'draining'
  /** As a classic balancer words it: `Instance registration is still in progress.` and the like. */
  readonly description: string
  readonly failure?: CheckFailure
}

/** The targets behind the balancers. */
export interface TargetGroups {
  open(spec: TargetGroupSpec): void
  configure(spec: TargetGroupSpec): void
  register(name: string, targets: readonly BalancerTarget[]): void
  /** New requests stop at once; requests in flight have `draining` seconds to end. */
  deregister(name: string, targets: readonly Pick<BalancerTarget, 'id' | 'port'>[]): void
  health(name: string): readonly TargetHealth[]
  close(name: string): void
}
