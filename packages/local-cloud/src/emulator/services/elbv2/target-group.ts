import type { HealthCheck } from '../../hardware/target-groups.ts'

/** A target group as the store keeps it: plain JSON. */
export interface TargetGroup {
  readonly arn: string
  readonly name: string
  readonly protocol: GroupProtocol
  readonly port: number
  readonly vpcId: string
  /** What targets of an Application Load Balancer are to be asked by; left out: HTTP1. */
  readonly protocolVersion?: ProtocolVersion
  /** Where targets tell how many requests they take. */
  readonly controlPort?: number
  healthCheck: GroupHealthCheck
  /** Those that were set. */
  attributes: Record<string, string>
  /** In the order of registration. */
  targets: RegisteredTarget[]
  tags: Record<string, string>
}

export type ProtocolVersion = 'HTTP1' | 'HTTP2' | 'GRPC'

export type GroupProtocol = 'HTTP' | 'HTTPS' | 'TCP' | 'TLS'

/** Times are AWS seconds. */
export interface GroupHealthCheck {
  readonly protocol: GroupProtocol
  /** A number, or `traffic-port`. */
  readonly port: string
  readonly path?: string
  readonly matcher?: string
  readonly interval: number
  readonly timeout: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
}

export interface RegisteredTarget {
  /** The instance's. */
  readonly id: string
  readonly port: number
}

/** Whether Application Load Balancers have such groups; Network Load Balancers have the others. */
export function isOfApplications({ protocol }: Pick<TargetGroup, 'protocol'>): boolean {
  return protocol === 'HTTP' || protocol === 'HTTPS'
}

/** What the proxy is told of a group's health check. */
export function checkOf(
  group: Pick<TargetGroup, 'protocol' | 'protocolVersion' | 'healthCheck'>,
): HealthCheck {
  const { protocol, port, path = '', matcher, ...rest } = group.healthCheck
  // Nobody here speaks gRPC: whoever takes a connection is healthy.
  if (group.protocolVersion === 'GRPC') return { target: `TCP:${port}`, ...rest, firstThreshold: 1 }
  return {
    target: `${protocol === 'TLS' ? 'SSL' : protocol}:${port}${path}`,
    ...rest,
    agent: 'ELB-HealthChecker/2.0',
    ...(matcher !== undefined && { matcher }),
    // An Application Load Balancer takes a new target after one good check.
    ...(isOfApplications(group) && { firstThreshold: 1 }),
  }
}
