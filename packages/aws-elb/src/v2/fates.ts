import type {
  Action,
  AvailabilityZone,
  Certificate,
  ForwardActionConfig,
  Listener,
  LoadBalancer,
  MutualAuthenticationAttributes,
  Rule,
  RuleCondition,
  TargetGroup,
  TargetGroupTuple,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Fates } from '@viridian/aws'

/** What becomes of the description of an Application or Network Load Balancer in its copy. */
export const loadBalancerFates = {
  LoadBalancerArn: 'rewritten',
  DNSName: 'rewritten',
  CanonicalHostedZoneId: 'copied',
  CreatedTime: { leftOut: 'AWS sets it' },
  LoadBalancerName: 'rewritten',
  Scheme: 'copied',
  VpcId: 'copied',
  State: { leftOut: 'it is waited for until the copy is active' },
  Type: 'copied',
  AvailabilityZones: 'copied',
  SecurityGroups: 'copied',
  IpAddressType: 'copied',
  CustomerOwnedIpv4Pool: 'copied',
  EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'copied',
  EnablePrefixForIpv6SourceNat: 'copied',
  IpamPools: 'copied',
} as const satisfies Fates<LoadBalancer>

export const zoneFates = {
  ZoneName: 'copied',
  SubnetId: 'copied',
  OutpostId: 'copied',
  LoadBalancerAddresses: {
    leftOut: 'AWS gives the copy its own; one with addresses chosen for it is refused',
  },
  SourceNatIpv6Prefixes: { leftOut: 'AWS gives the copy its own' },
} as const satisfies Fates<AvailabilityZone>

export const targetGroupFates = {
  TargetGroupArn: 'rewritten',
  TargetGroupName: 'rewritten',
  Protocol: 'copied',
  Port: 'copied',
  VpcId: 'copied',
  HealthCheckProtocol: 'copied',
  HealthCheckPort: 'copied',
  HealthCheckEnabled: 'copied',
  HealthCheckIntervalSeconds: 'copied',
  HealthCheckTimeoutSeconds: 'copied',
  HealthyThresholdCount: 'copied',
  UnhealthyThresholdCount: 'copied',
  HealthCheckPath: 'copied',
  Matcher: 'copied',
  LoadBalancerArns: 'rewritten',
  TargetType: 'copied',
  ProtocolVersion: 'copied',
  IpAddressType: 'copied',
  TargetControlPort: 'copied',
} as const satisfies Fates<TargetGroup>

export const listenerFates = {
  ListenerArn: 'rewritten',
  LoadBalancerArn: 'rewritten',
  Port: 'copied',
  Protocol: 'copied',
  Certificates: 'copied',
  SslPolicy: 'copied',
  DefaultActions: 'rewritten',
  AlpnPolicy: 'copied',
  MutualAuthentication: 'copied',
} as const satisfies Fates<Listener>

export const certificateFates = {
  CertificateArn: 'copied',
  IsDefault: { leftOut: 'the one that a listener is made with is its default' },
} as const satisfies Fates<Certificate>

export const mutualFates = {
  Mode: 'copied',
  TrustStoreArn: 'copied',
  IgnoreClientCertificateExpiry: 'copied',
  TrustStoreAssociationStatus: { leftOut: 'AWS sets it' },
  AdvertiseTrustStoreCaNames: 'copied',
} as const satisfies Fates<MutualAuthenticationAttributes>

export const ruleFates = {
  RuleArn: 'rewritten',
  Priority: 'copied',
  Conditions: 'copied',
  Actions: 'rewritten',
  IsDefault: { leftOut: 'a default rule comes with its listener' },
  Transforms: 'copied',
} as const satisfies Fates<Rule>

export const conditionFates = {
  Field: 'copied',
  Values: { leftOut: 'the older form of what the configuration says' },
  HostHeaderConfig: 'copied',
  PathPatternConfig: 'copied',
  HttpHeaderConfig: 'copied',
  QueryStringConfig: 'copied',
  HttpRequestMethodConfig: 'copied',
  SourceIpConfig: 'copied',
  RegexValues: { leftOut: 'the older form of what the configuration says' },
} as const satisfies Fates<RuleCondition>

export const actionFates = {
  Type: 'copied',
  TargetGroupArn: 'rewritten',
  AuthenticateOidcConfig: { leftOut: 'AWS does not show its client secret: a listener with one is refused' },
  AuthenticateCognitoConfig: 'copied',
  Order: 'copied',
  RedirectConfig: 'copied',
  FixedResponseConfig: 'copied',
  ForwardConfig: 'rewritten',
  JwtValidationConfig: 'copied',
} as const satisfies Fates<Action>

export const forwardFates = {
  TargetGroups: 'rewritten',
  TargetGroupStickinessConfig: 'copied',
} as const satisfies Fates<ForwardActionConfig>

export const weightedGroupFates = {
  TargetGroupArn: 'rewritten',
  Weight: 'copied',
} as const satisfies Fates<TargetGroupTuple>
