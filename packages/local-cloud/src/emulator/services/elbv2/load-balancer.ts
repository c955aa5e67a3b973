import type { Action, RuleCondition, RuleTransform } from '@aws-sdk/client-elastic-load-balancing-v2'

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
  /** Whether traffic by PrivateLink is held against the security groups; a Network Load Balancer's. */
  enforcesInbound?: 'on' | 'off'
  /** Capacity units that are kept ready. */
  capacity?: Capacity
  /** Those that were set. */
  attributes: Record<string, string>
  listeners: ListenerRecord[]
  tags: Record<string, string>
}

/** A zone that a load balancer serves, by its subnet there. */
export interface Zone {
  readonly name: string
  readonly subnet: string
  /** The address that an internal Network Load Balancer was to have there. */
  readonly privateAddress?: string
}

/** A reservation of capacity. */
export interface Capacity {
  readonly units: number
  /** ISO 8601. */
  readonly modified: string
}

export type ListenerProtocol = 'HTTP' | 'HTTPS' | 'TCP' | 'TLS'

export interface ListenerRecord {
  readonly arn: string
  readonly port: number
  readonly protocol: ListenerProtocol
  /** The default one's ARN. */
  readonly certificate?: string
  /** The ARNs of others, for clients that ask for a name of theirs. */
  readonly moreCertificates?: readonly string[]
  readonly securityPolicy?: string
  readonly alpnPolicy?: string
  readonly mutualAuthentication?: MutualAuthentication
  /** Those that were set. */
  readonly attributes?: Readonly<Record<string, string>>
  /** By priority; the default rule is the last. */
  readonly rules: readonly RuleRecord[]
  tags: Record<string, string>
}

/** Whether clients have to show a certificate. */
export interface MutualAuthentication {
  readonly Mode: 'off' | 'passthrough' | 'verify'
  readonly TrustStoreArn?: string
  readonly IgnoreClientCertificateExpiry?: boolean
  readonly AdvertiseTrustStoreCaNames?: 'on' | 'off'
}

export interface RuleRecord {
  readonly arn: string
  readonly priority: number | 'default'
  readonly conditions: readonly RuleCondition[]
  readonly actions: readonly Action[]
  readonly transforms?: readonly RuleTransform[]
  tags: Record<string, string>
}

/** The rule of a listener that every request meets. */
export function defaultRule({ rules }: ListenerRecord): RuleRecord {
  const found = rules.find(({ priority }) => priority === 'default')
  if (found === undefined) throw new Error('A listener has no default rule.')
  return found
}

/** The certificates of a listener, the default one first. */
export function certificatesOf({ certificate, moreCertificates = [] }: ListenerRecord): string[] {
  return certificate === undefined ? [] : [certificate, ...moreCertificates]
}
