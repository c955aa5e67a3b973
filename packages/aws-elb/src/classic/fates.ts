import type {
  AccessLog,
  AdditionalAttribute,
  BackendServerDescription,
  ConnectionDraining,
  ConnectionSettings,
  CrossZoneLoadBalancing,
  HealthCheck,
  Listener,
  ListenerDescription,
  LoadBalancerAttributes,
  LoadBalancerDescription,
  PolicyAttributeDescription,
  PolicyDescription,
  Tag,
} from '@aws-sdk/client-elastic-load-balancing'
import type { Fates } from '@viridian/aws'

/** What becomes of a classic load balancer's description in its copy. */
export const descriptionFates = {
  LoadBalancerName: 'rewritten',
  DNSName: 'rewritten',
  CanonicalHostedZoneName: 'rewritten',
  CanonicalHostedZoneNameID: 'copied',
  ListenerDescriptions: 'copied',
  Policies: { leftOut: 'the names of its policies, each of which is copied' },
  BackendServerDescriptions: 'copied',
  AvailabilityZones: 'copied',
  Subnets: 'copied',
  VPCId: 'copied',
  Instances: { leftOut: 'the group of the copy registers its own' },
  HealthCheck: 'copied',
  SourceSecurityGroup: { leftOut: 'follows from its security groups' },
  SecurityGroups: 'copied',
  CreatedTime: { leftOut: 'AWS sets it' },
  Scheme: 'copied',
} as const satisfies Fates<LoadBalancerDescription>

export const listenerDescriptionFates = {
  Listener: 'copied',
  PolicyNames: 'copied',
} as const satisfies Fates<ListenerDescription>

export const listenerFates = {
  Protocol: 'copied',
  LoadBalancerPort: 'copied',
  InstanceProtocol: 'copied',
  InstancePort: 'copied',
  SSLCertificateId: 'copied',
} as const satisfies Fates<Listener>

export const backendFates = {
  InstancePort: 'copied',
  PolicyNames: 'copied',
} as const satisfies Fates<BackendServerDescription>

export const healthCheckFates = {
  Target: 'copied',
  Interval: 'copied',
  Timeout: 'copied',
  UnhealthyThreshold: 'copied',
  HealthyThreshold: 'copied',
} as const satisfies Fates<HealthCheck>

export const attributesFates = {
  CrossZoneLoadBalancing: 'copied',
  AccessLog: 'copied',
  ConnectionDraining: 'copied',
  ConnectionSettings: 'copied',
  AdditionalAttributes: 'copied',
} as const satisfies Fates<LoadBalancerAttributes>

export const crossZoneFates = { Enabled: 'copied' } as const satisfies Fates<CrossZoneLoadBalancing>

export const accessLogFates = {
  Enabled: 'copied',
  S3BucketName: 'copied',
  EmitInterval: 'copied',
  S3BucketPrefix: 'copied',
} as const satisfies Fates<AccessLog>

export const drainingFates = {
  Enabled: 'copied',
  Timeout: 'copied',
} as const satisfies Fates<ConnectionDraining>

export const connectionFates = { IdleTimeout: 'copied' } as const satisfies Fates<ConnectionSettings>

export const additionalAttributeFates = {
  Key: 'copied',
  Value: 'copied',
} as const satisfies Fates<AdditionalAttribute>

/** A policy's name is unique within its balancer only: the copy has policies of the same names. */
export const policyFates = {
  PolicyName: 'copied',
  PolicyTypeName: 'copied',
  PolicyAttributeDescriptions: 'copied',
} as const satisfies Fates<PolicyDescription>

export const policyAttributeFates = {
  AttributeName: 'copied',
  AttributeValue: 'copied',
} as const satisfies Fates<PolicyAttributeDescription>

export const tagFates = { Key: 'copied', Value: 'copied' } as const satisfies Fates<Tag>
