import type { LoadBalancerAttributes } from '@aws-sdk/client-elastic-load-balancing'
import { AwsError } from '../../service.ts'
import { required, within } from '../constraint.ts'

/** A classic load balancer's attributes; times are AWS seconds. */
export interface Attributes {
  readonly crossZone: boolean
  readonly draining: { readonly enabled: boolean; readonly timeout: number }
  readonly idleTimeout: number
  readonly accessLog: AccessLog
  /** `elb.http.desyncmitigationmode`: a record, the proxy has one mode. */
  readonly desyncMode: string
}

interface AccessLog {
  readonly enabled: boolean
  readonly bucket?: string
  readonly prefix?: string
  readonly interval?: number
}

/** What a load balancer that was made through the API begins with: draining is off. */
export const defaultAttributes: Attributes = {
  crossZone: false,
  draining: { enabled: false, timeout: 300 },
  idleTimeout: 60,
  accessLog: { enabled: false },
  desyncMode: 'defensive',
}

/** The attributes after a request that names some of them. */
export function changedAttributes(current: Attributes, wire: LoadBalancerAttributes): Attributes {
  return {
    crossZone: wire.CrossZoneLoadBalancing?.Enabled ?? current.crossZone,
    draining: readDraining(current, wire),
    idleTimeout: readIdleTimeout(current, wire),
    accessLog: readAccessLog(current, wire),
    desyncMode: readDesyncMode(current, wire),
  }
}

export function describeAttributes(attributes: Attributes): LoadBalancerAttributes {
  const { accessLog, draining } = attributes
  return {
    CrossZoneLoadBalancing: { Enabled: attributes.crossZone },
    AccessLog: {
      Enabled: accessLog.enabled,
      ...(accessLog.bucket === undefined ? {} : { S3BucketName: accessLog.bucket }),
      ...(accessLog.prefix === undefined ? {} : { S3BucketPrefix: accessLog.prefix }),
      ...(accessLog.interval === undefined ? {} : { EmitInterval: accessLog.interval }),
    },
    ConnectionDraining: { Enabled: draining.enabled, Timeout: draining.timeout },
    ConnectionSettings: { IdleTimeout: attributes.idleTimeout },
    AdditionalAttributes: [{ Key: desyncKey, Value: attributes.desyncMode }],
  }
}

const desyncKey = 'elb.http.desyncmitigationmode'

function readDraining(current: Attributes, wire: LoadBalancerAttributes): Attributes['draining'] {
  const asked = wire.ConnectionDraining
  if (asked === undefined) return current.draining
  const timeout = asked.Timeout ?? current.draining.timeout
  return {
    enabled: required(asked.Enabled, 'connectionDraining.enabled'),
    timeout: within(timeout, 'connectionDraining.timeout', 1, 3600),
  }
}

function readIdleTimeout(current: Attributes, wire: LoadBalancerAttributes): number {
  const asked = wire.ConnectionSettings
  if (asked === undefined) return current.idleTimeout
  const member = 'connectionSettings.idleTimeout'
  return within(required(asked.IdleTimeout, member), member, 1, 4000)
}

function readAccessLog(current: Attributes, wire: LoadBalancerAttributes): AccessLog {
  const asked = wire.AccessLog
  if (asked === undefined) return current.accessLog
  const enabled = required(asked.Enabled, 'accessLog.enabled')
  if (enabled && asked.S3BucketName === undefined) {
    throw new AwsError(
      'InvalidConfigurationRequest',
      'S3BucketName must be specified when the access log is enabled',
      409,
    )
  }
  return {
    enabled,
    ...(asked.S3BucketName === undefined ? {} : { bucket: asked.S3BucketName }),
    ...(asked.S3BucketPrefix === undefined ? {} : { prefix: asked.S3BucketPrefix }),
    ...(asked.EmitInterval === undefined ? {} : { interval: asked.EmitInterval }),
  }
}

function readDesyncMode(current: Attributes, wire: LoadBalancerAttributes): string {
  let mode = current.desyncMode
  for (const { Key, Value } of wire.AdditionalAttributes ?? []) {
    if (Key !== desyncKey) {
      throw new AwsError('LoadBalancerAttributeNotFound', `The attribute ${Key} is not known`)
    }
    mode = Value ?? mode
  }
  return mode
}
