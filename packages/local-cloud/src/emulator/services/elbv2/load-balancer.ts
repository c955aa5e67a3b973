import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'

/** An Application or Network Load Balancer as the store keeps it: plain JSON. */
export interface LoadBalancer {
  readonly arn: string
  readonly name: string
  readonly kind: 'application' | 'network'
  readonly dnsName: string
  readonly scheme: 'internet-facing' | 'internal'
  readonly vpcId: string
  /** ISO 8601. */
  readonly created: string
  /** The proxy's loopback address. */
  address: string
  zones: Zone[]
  securityGroups: string[]
  /** Those that were set. */
  attributes: Record<string, string>
  listeners: ListenerRecord[]
  tags: Record<string, string>
}

/** A zone that a load balancer serves, by its subnet there. */
export interface Zone {
  readonly name: string
  readonly subnet: string
}

export type ListenerProtocol = 'HTTP' | 'HTTPS' | 'TCP' | 'TLS'

export interface ListenerRecord {
  readonly arn: string
  readonly port: number
  readonly protocol: ListenerProtocol
  /** The ARN. */
  readonly certificate?: string
  readonly securityPolicy?: string
  /** Those that were set. */
  readonly attributes?: Readonly<Record<string, string>>
  /** By priority; the default rule is the last. */
  readonly rules: readonly RuleRecord[]
  tags: Record<string, string>
}

export interface RuleRecord {
  readonly arn: string
  readonly priority: number | 'default'
  readonly conditions: readonly RuleCondition[]
  readonly actions: readonly Action[]
  tags: Record<string, string>
}

/** The rule of a listener that every request meets. */
export function defaultRule({ rules }: ListenerRecord): RuleRecord {
  const found = rules.find(({ priority }) => priority === 'default')
  if (found === undefined) throw new Error('A listener has no default rule.')
  return found
}
