import type { Listener } from '../../hardware/balancers.ts'
import type { HealthCheck } from '../../hardware/target-groups.ts'
import type { Attributes } from './attributes.ts'
import type { Policy } from './policy.ts'

/** A listener as the store keeps it: its certificate and policies by their names. */
export interface ListenerRecord extends Omit<Listener, 'identity' | 'stickiness'> {
  /** The ARN. */
  readonly certificate?: string
  readonly policies: readonly string[]
}

/** A classic load balancer as the store keeps it: plain JSON. */
export interface LoadBalancer {
  readonly name: string
  readonly dnsName: string
  readonly scheme: 'internet-facing' | 'internal'
  readonly vpcId: string
  /** ISO 8601. */
  readonly created: string
  /** The proxy's loopback address. */
  address: string
  listeners: ListenerRecord[]
  healthCheck: HealthCheck
  attributes: Attributes
  zones: string[]
  subnets: string[]
  securityGroups: string[]
  /** Ids of the registered instances, in the order of registration. */
  instances: string[]
  policies: Policy[]
  /** Policy names by instance port. */
  backendPolicies: Record<string, string[]>
  tags: Record<string, string>
}

/** What AWS checks until ConfigureHealthCheck says otherwise. */
export function defaultHealthCheck(first: Listener): HealthCheck {
  return {
    target: `TCP:${first.instancePort}`,
    interval: 30,
    timeout: 5,
    healthyThreshold: 10,
    unhealthyThreshold: 2,
  }
}
