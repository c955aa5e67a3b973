import type { Rule, Stickiness } from './rules.ts'
import type { HealthCheck, TargetGroups } from './target-groups.ts'

export type BalancedProtocol = 'HTTP' | 'HTTPS' | 'TCP' | 'SSL'

/** PEM texts: a certificate, with its chain behind it, and its private key. */
export interface TlsIdentity {
  readonly certificate: string
  readonly privateKey: string
}

/** A listener of a classic balancer: what it takes goes to the balancer's own targets. */
export interface Listener {
  readonly protocol: BalancedProtocol
  readonly port: number
  readonly instanceProtocol: BalancedProtocol
  readonly instancePort: number
  /** As whom an HTTPS or SSL listener speaks; required for these, and without meaning for others. */
  readonly identity?: TlsIdentity
  /** How an HTTP or HTTPS listener binds a client to a target; left out: every request goes to the next one. */
  readonly stickiness?: Stickiness
}

/** A listener whose rules say where each request goes: by the first that it meets. Every request meets the last. */
export interface RuledListener {
  readonly protocol: BalancedProtocol
  readonly port: number
  /** As whom an HTTPS or SSL listener speaks. */
  readonly identity?: TlsIdentity
  /** As whom it speaks to clients that ask for a name of theirs. */
  readonly otherIdentities?: readonly TlsIdentity[]
  readonly rules: readonly Rule[]
  /** In place of its balancer's. */
  readonly idleTimeout?: number
}

/** A classic balancer. */
export interface BalancerSpec {
  /** Unique in the cloud; the key in every call below. */
  readonly name: string
  readonly listeners: readonly Listener[]
  readonly healthCheck: HealthCheck
  /** AWS seconds that requests in flight may take after deregistration; undefined: draining is off. */
  readonly draining?: number
  /** AWS seconds after which an idle connection is closed. */
  readonly idleTimeout: number
}

/** A balancer of the kinds that have rules and target groups. */
export interface RuledBalancerSpec {
  readonly name: string
  readonly kind: 'application' | 'network'
  readonly listeners: readonly RuledListener[]
  /** AWS seconds after which an idle connection is closed. */
  readonly idleTimeout: number
}

export interface RequestCounts {
  readonly requests: number
  /** Answers by status class: `2xx`, `5xx`. */
  readonly byClass: Readonly<Record<string, number>>
  /** Requests that the balancer itself answered with 502, 503 or 504. */
  readonly balancerErrors: number
}

/** Connections of clients. */
export interface ConnectionCounts {
  /** Since the balancer was opened. */
  readonly opened: number
  readonly open: number
}

export interface Balancers {
  /**
   * Opens the proxy on a loopback address of its own; resolves when it listens. `ports` names what a listener really
   * listens on where its own port is refused: 80 is root's alone, and becomes 8080.
   */
  open(
    spec: BalancerSpec | RuledBalancerSpec,
    address?: string,
  ): Promise<{ readonly address: string; readonly ports?: Readonly<Record<number, number>> }>
  /** Applies a changed specification without losing a connection that the change does not touch. */
  configure(spec: BalancerSpec | RuledBalancerSpec): Promise<void>
  /** What a balancer has counted, of all or of what it has given to one target group. */
  counts(name: string, group?: string): RequestCounts
  connections(name: string): ConnectionCounts
  close(name: string): Promise<void>
  /** A classic balancer's own targets are a group of its name. */
  readonly groups: TargetGroups
}
