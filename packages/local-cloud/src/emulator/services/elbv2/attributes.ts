import { validationError } from '../constraint.ts'
import type { ListenerProtocol, ListenerRecord, LoadBalancer } from './load-balancer.ts'
import { isOfApplications, type TargetGroup } from './target-group.ts'

/** A key and what it may say: a default, and the values that are taken. */
type Known = Readonly<Record<string, readonly [initial: string, takes: (value: string) => boolean]>>

const text = (): boolean => true
const flag = (value: string): boolean => value === 'true' || value === 'false'
const among =
  (...values: readonly string[]) =>
  (value: string): boolean =>
    values.includes(value)
const number =
  (least: number, most: number) =>
  (value: string): boolean =>
    /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most

const week = 604_800

const ofEveryBalancer: Known = {
  'access_logs.s3.enabled': ['false', flag],
  'access_logs.s3.bucket': ['', text],
  'access_logs.s3.prefix': ['', text],
  'deletion_protection.enabled': ['false', flag],
  'ipv6.deny_all_igw_traffic': ['false', flag],
  'zonal_shift.config.enabled': ['false', flag],
}

const ofBalancers: Readonly<Record<LoadBalancer['kind'], Known>> = {
  application: {
    ...ofEveryBalancer,
    'client_keep_alive.seconds': ['3600', number(60, week)],
    'connection_logs.s3.enabled': ['false', flag],
    'connection_logs.s3.bucket': ['', text],
    'connection_logs.s3.prefix': ['', text],
    'health_check_logs.s3.enabled': ['false', flag],
    'health_check_logs.s3.bucket': ['', text],
    'health_check_logs.s3.prefix': ['', text],
    'idle_timeout.timeout_seconds': ['60', number(1, 4000)],
    'load_balancing.cross_zone.enabled': ['true', among('true')],
    'routing.http.desync_mitigation_mode': ['defensive', among('monitor', 'defensive', 'strictest')],
    'routing.http.drop_invalid_header_fields.enabled': ['false', flag],
    'routing.http.preserve_host_header.enabled': ['false', flag],
    'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': ['false', flag],
    'routing.http.xff_client_port.enabled': ['false', flag],
    'routing.http.xff_header_processing.mode': ['append', among('append', 'preserve', 'remove')],
    'routing.http2.enabled': ['true', flag],
    'waf.fail_open.enabled': ['false', flag],
  },
  network: {
    ...ofEveryBalancer,
    'dns_record.client_routing_policy': [
      'any_availability_zone',
      among('any_availability_zone', 'availability_zone_affinity', 'partial_availability_zone_affinity'),
    ],
    'load_balancing.cross_zone.enabled': ['false', flag],
    'secondary_ips.auto_assigned.per_subnet': ['0', number(0, 7)],
  },
}

const share = (value: string): boolean => value === 'off' || number(1, 100)(value)

const ofEveryGroup: Known = {
  'deregistration_delay.timeout_seconds': ['300', number(0, 3600)],
  'load_balancing.cross_zone.enabled': [
    'use_load_balancer_configuration',
    among('true', 'false', 'use_load_balancer_configuration'),
  ],
  'stickiness.enabled': ['false', flag],
  'target_group_health.dns_failover.minimum_healthy_targets.count': ['1', share],
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': ['off', share],
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': ['1', number(1, 1000)],
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': ['off', share],
}

const ofApplicationGroups: Known = {
  ...ofEveryGroup,
  'load_balancing.algorithm.anomaly_mitigation': ['off', among('on', 'off')],
  'load_balancing.algorithm.type': [
    'round_robin',
    among('round_robin', 'least_outstanding_requests', 'weighted_random'),
  ],
  'slow_start.duration_seconds': ['0', (value) => value === '0' || number(30, 900)(value)],
  'stickiness.app_cookie.cookie_name': ['', text],
  'stickiness.app_cookie.duration_seconds': ['86400', number(1, week)],
  'stickiness.lb_cookie.duration_seconds': ['86400', number(1, week)],
  'stickiness.type': ['lb_cookie', among('lb_cookie', 'app_cookie')],
}

const ofNetworkGroups: Known = {
  ...ofEveryGroup,
  'deregistration_delay.connection_termination.enabled': ['false', flag],
  'preserve_client_ip.enabled': ['true', flag],
  'proxy_protocol_v2.enabled': ['false', among('false')],
  'stickiness.type': ['source_ip', among('source_ip')],
  'target_health_state.unhealthy.connection_termination.enabled': ['true', flag],
  'target_health_state.unhealthy.draining_interval_seconds': ['0', number(0, 360_000)],
}

const ofApplicationListeners: Known = {
  'routing.http.response.access_control_allow_credentials.header_value': ['', text],
  'routing.http.response.access_control_allow_headers.header_value': ['', text],
  'routing.http.response.access_control_allow_methods.header_value': ['', text],
  'routing.http.response.access_control_allow_origin.header_value': ['', text],
  'routing.http.response.access_control_expose_headers.header_value': ['', text],
  'routing.http.response.access_control_max_age.header_value': ['', text],
  'routing.http.response.content_security_policy.header_value': ['', text],
  'routing.http.response.server.enabled': ['true', flag],
  'routing.http.response.strict_transport_security.header_value': ['', text],
  'routing.http.response.x_content_type_options.header_value': ['', text],
  'routing.http.response.x_frame_options.header_value': ['', text],
}

/** The names under which a target is told how its client came. */
const ofSecureListeners: Known = {
  ...ofApplicationListeners,
  'routing.http.request.x_amzn_mtls_clientcert.header_name': ['X-Amzn-Mtls-Clientcert', text],
  'routing.http.request.x_amzn_mtls_clientcert_issuer.header_name': ['X-Amzn-Mtls-Clientcert-Issuer', text],
  'routing.http.request.x_amzn_mtls_clientcert_leaf.header_name': ['X-Amzn-Mtls-Clientcert-Leaf', text],
  'routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name': [
    'X-Amzn-Mtls-Clientcert-Serial-Number',
    text,
  ],
  'routing.http.request.x_amzn_mtls_clientcert_subject.header_name': ['X-Amzn-Mtls-Clientcert-Subject', text],
  'routing.http.request.x_amzn_mtls_clientcert_validity.header_name': [
    'X-Amzn-Mtls-Clientcert-Validity',
    text,
  ],
  'routing.http.request.x_amzn_tls_cipher_suite.header_name': ['X-Amzn-Tls-Cipher-Suite', text],
  'routing.http.request.x_amzn_tls_version.header_name': ['X-Amzn-Tls-Version', text],
}

const ofListeners: Readonly<Record<ListenerProtocol, Known>> = {
  HTTP: ofApplicationListeners,
  HTTPS: ofSecureListeners,
  TCP: { 'tcp.idle_timeout.seconds': ['350', number(60, 6000)] },
  TLS: {},
}

interface Attribute {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** A thing's attributes: those that were set, above AWS's defaults. */
export class Attributes {
  readonly #thing: string
  readonly #known: Known
  readonly #set: Readonly<Record<string, string>>

  private constructor(thing: string, known: Known, set: Readonly<Record<string, string>>) {
    this.#thing = thing
    this.#known = known
    this.#set = set
  }

  static ofBalancer({ kind, attributes }: Pick<LoadBalancer, 'kind' | 'attributes'>): Attributes {
    return new Attributes('Load balancer', ofBalancers[kind], attributes)
  }

  static ofGroup(group: Pick<TargetGroup, 'protocol' | 'attributes'>): Attributes {
    const known = isOfApplications(group) ? ofApplicationGroups : ofNetworkGroups
    return new Attributes('Target group', known, group.attributes)
  }

  static ofListener({ protocol, attributes = {} }: ListenerRecord): Attributes {
    return new Attributes('Listener', ofListeners[protocol], attributes)
  }

  get(key: string): string {
    return this.#set[key] ?? this.#known[key]?.[0] ?? ''
  }

  is(key: string): boolean {
    return this.get(key) === 'true'
  }

  number(key: string): number {
    return Number(this.get(key))
  }

  describe(): { Key: string; Value: string }[] {
    return Object.keys(this.#known)
      .sort()
      .map((Key) => ({ Key, Value: this.get(Key) }))
  }

  /** @throws AwsError `ValidationError` for a key or a value that AWS has not. */
  after(asked: readonly Attribute[]): Record<string, string> {
    for (const { Key = '', Value = '' } of asked) {
      const known = this.#known[Key]
      if (known === undefined)
        throw validationError(`${this.#thing} attribute key '${Key}' is not recognized`)
      if (!known[1](Value))
        throw validationError(`${this.#thing} attribute value '${Value}' is not valid for '${Key}'`)
    }
    return { ...this.#set, ...Object.fromEntries(asked.map(({ Key = '', Value = '' }) => [Key, Value])) }
  }
}
