import type { Matcher, ModifyTargetGroupInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { oneOf, validationError, within } from '../constraint.ts'
import { type GroupHealthCheck, isOfApplications, type TargetGroup } from './target-group.ts'

/** What a request may say of a health check. */
export type HealthCheckInput = Pick<
  ModifyTargetGroupInput,
  | 'HealthCheckProtocol'
  | 'HealthCheckPort'
  | 'HealthCheckPath'
  | 'HealthCheckEnabled'
  | 'HealthCheckIntervalSeconds'
  | 'HealthCheckTimeoutSeconds'
  | 'HealthyThresholdCount'
  | 'UnhealthyThresholdCount'
  | 'Matcher'
>

/** The health check of a group after a request: what that leaves out stays, or is AWS's default in a new group. */
export function readHealthCheck(
  group: Pick<TargetGroup, 'protocol' | 'protocolVersion'> & { readonly healthCheck?: GroupHealthCheck },
  input: HealthCheckInput,
): GroupHealthCheck {
  if (input.HealthCheckEnabled === false)
    throw validationError("Health check enabled must be true for target groups with target type 'instance'")
  const ofApplications = isOfApplications(group)
  const protocol = oneOf(
    input.HealthCheckProtocol ?? group.healthCheck?.protocol ?? (ofApplications ? 'HTTP' : 'TCP'),
    'healthCheckProtocol',
    ofApplications ? ['HTTP', 'HTTPS'] : ['HTTP', 'HTTPS', 'TCP'],
  )
  const isGrpc = group.protocolVersion === 'GRPC'
  const initial = { ...defaultsOf(protocol, ofApplications), ...(isGrpc && grpcDefaults) }
  const before: GroupHealthCheck = { ...initial, ...group.healthCheck }
  const interval = within(
    input.HealthCheckIntervalSeconds ?? before.interval,
    'healthCheckIntervalSeconds',
    5,
    300,
  )
  const timeout = within(
    input.HealthCheckTimeoutSeconds ?? before.timeout,
    'healthCheckTimeoutSeconds',
    2,
    120,
  )
  if (timeout >= interval && input.HealthCheckTimeoutSeconds !== undefined)
    throw validationError(
      `Health check timeout '${timeout}' must be smaller than or equal to the interval '${interval}'`,
    )
  return {
    protocol,
    port: readPort(input.HealthCheckPort ?? before.port),
    interval,
    timeout,
    healthyThreshold: within(
      input.HealthyThresholdCount ?? before.healthyThreshold,
      'healthyThresholdCount',
      2,
      10,
    ),
    unhealthyThreshold: within(
      input.UnhealthyThresholdCount ?? before.unhealthyThreshold,
      'unhealthyThresholdCount',
      2,
      10,
    ),
    ...readAnswer(protocol, input, before, isGrpc),
  }
}

function defaultsOf(protocol: string, ofApplications: boolean): GroupHealthCheck {
  const common = { port: 'traffic-port', interval: 30, healthyThreshold: 5, unhealthyThreshold: 2 }
  if (protocol === 'TCP') return { ...common, protocol, timeout: 10 }
  return {
    ...common,
    protocol: protocol === 'HTTPS' ? 'HTTPS' : 'HTTP',
    timeout: ofApplications ? 5 : 6,
    path: '/',
    matcher: ofApplications ? '200' : '200-399',
  }
}

const grpcDefaults = { path: '/AWS.ALB/healthcheck', matcher: '12' }

function readPort(port: string): string {
  if (port === 'traffic-port') return port
  if (!/^\d+$/.test(port))
    throw validationError(`Health check port '${port}' must be in the range 1-65535 or 'traffic-port'`)
  return `${within(Number(port), 'healthCheckPort', 1, 65_535)}`
}

/** What is asked for, and what has to come back; a connection is asked for nothing. */
function readAnswer(
  protocol: string,
  input: HealthCheckInput,
  before: GroupHealthCheck,
  isGrpc: boolean,
): Pick<GroupHealthCheck, 'path' | 'matcher'> {
  if (protocol === 'TCP') {
    if (input.HealthCheckPath !== undefined || input.Matcher !== undefined)
      throw validationError('A health check path and a matcher cannot be specified for TCP health checks')
    return {}
  }
  const path = input.HealthCheckPath ?? before.path ?? '/'
  if (!/^\/[!-~]*$/.test(path)) throw validationError(`Health check path '${path}' must begin with '/'`)
  return { path, matcher: readMatcher(input.Matcher ?? {}, before.matcher, isGrpc) }
}

function readMatcher({ HttpCode, GrpcCode }: Matcher, before: string | undefined, isGrpc: boolean): string {
  if (isGrpc ? HttpCode !== undefined : GrpcCode !== undefined)
    throw validationError(
      `A matcher of ${isGrpc ? 'HTTP' : 'gRPC'} codes cannot be specified for this protocol version`,
    )
  const [what, code, form] = isGrpc
    ? ['gRPC', GrpcCode ?? before ?? '12', /^\d{1,2}(-\d{1,2})?(,\d{1,2}(-\d{1,2})?)*$/]
    : ['HTTP', HttpCode ?? before ?? '200', /^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/]
  if (form.test(code)) return code
  throw validationError(`Health check matcher ${what} code '${code}' is not valid`)
}
