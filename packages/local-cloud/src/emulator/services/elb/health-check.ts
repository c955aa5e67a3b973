import type { HealthCheck as WireHealthCheck } from '@aws-sdk/client-elastic-load-balancing'
import type { HealthCheck } from '../../hardware/target-groups.ts'
import { required, validationError, within } from '../constraint.ts'

/** Reads a health check from a request, within AWS's limits. */
export function readHealthCheck(wire: WireHealthCheck): HealthCheck {
  const interval = within(required(wire.Interval, 'healthCheck.interval'), 'healthCheck.interval', 5, 300)
  const timeout = within(required(wire.Timeout, 'healthCheck.timeout'), 'healthCheck.timeout', 2, 60)
  if (timeout >= interval) {
    throw validationError('HealthCheck timeout must be less than the HealthCheck interval')
  }
  return {
    target: readTarget(required(wire.Target, 'healthCheck.target')),
    interval,
    timeout,
    healthyThreshold: readThreshold(wire.HealthyThreshold, 'healthCheck.healthyThreshold'),
    unhealthyThreshold: readThreshold(wire.UnhealthyThreshold, 'healthCheck.unhealthyThreshold'),
  }
}

export function describeHealthCheck(check: HealthCheck): WireHealthCheck {
  return {
    Target: check.target,
    Interval: check.interval,
    Timeout: check.timeout,
    HealthyThreshold: check.healthyThreshold,
    UnhealthyThreshold: check.unhealthyThreshold,
  }
}

function readThreshold(value: number | undefined, member: string): number {
  return within(required(value, member), member, 2, 10)
}

function readTarget(target: string): string {
  const match = /^(HTTP|HTTPS|TCP|SSL):(\d+)(.*)$/i.exec(target)
  const protocol = match?.[1]?.toUpperCase()
  const port = Number(match?.[2])
  const path = match?.[3] ?? ''
  if (protocol === undefined) {
    throw validationError(
      `HealthCheck Target ${target} must name a protocol of HTTP, HTTPS, TCP, SSL and a port, e.g. TCP:5000`,
    )
  }
  if (port < 1 || port > 65535) throw validationError('HealthCheck Target port must be between 1 and 65535')
  const needsPath = protocol === 'HTTP' || protocol === 'HTTPS'
  if (needsPath && !path.startsWith('/')) {
    throw validationError(
      `HealthCheck ${protocol} Target must specify a port followed by a path that begins with a slash. e.g. ${protocol}:80/ping/this/path`,
    )
  }
  if (!needsPath && path !== '') {
    throw validationError(`HealthCheck ${protocol} Target must specify only a port. e.g. ${protocol}:80`)
  }
  return `${protocol}:${port}${path}`
}
