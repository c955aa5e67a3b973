import type {
  AutoScalingGroup,
  LifecycleHook,
  NotificationConfiguration,
  ScalingPolicy,
  ScheduledUpdateGroupAction,
  WarmPoolConfiguration,
} from '@aws-sdk/client-auto-scaling'
import type { Fates } from '@viridian/aws'

const byAws = { leftOut: 'AWS sets it' } as const

/** What becomes of every member of a group in its replica. */
export const groupFates = {
  AutoScalingGroupName: 'rewritten',
  AutoScalingGroupARN: byAws,
  // From the original's as yet: with the new image it is another one.
  LaunchConfigurationName: 'rewritten',
  LaunchTemplate: 'rewritten',
  MixedInstancesPolicy: 'rewritten',
  MinSize: 'copied',
  MaxSize: 'copied',
  DesiredCapacity: 'copied',
  PredictedCapacity: { leftOut: 'AWS predicts it from the load that it has seen' },
  DefaultCooldown: 'copied',
  AvailabilityZones: 'copied',
  AvailabilityZoneIds: { leftOut: 'the same zones by their other names' },
  LoadBalancerNames: 'rewritten',
  TargetGroupARNs: 'rewritten',
  TrafficSources: 'rewritten',
  HealthCheckType: 'copied',
  HealthCheckGracePeriod: 'copied',
  Instances: { leftOut: 'it launches its own' },
  CreatedTime: byAws,
  // What a run has suspended for itself is not the group's own.
  SuspendedProcesses: 'rewritten',
  PlacementGroup: 'copied',
  VPCZoneIdentifier: 'copied',
  EnabledMetrics: 'copied',
  Status: byAws,
  // Without those of AWS and of runs.
  Tags: 'rewritten',
  TerminationPolicies: 'copied',
  NewInstancesProtectedFromScaleIn: 'copied',
  ServiceLinkedRoleARN: 'copied',
  // What a run has turned off for itself is not the group's own.
  MaxInstanceLifetime: 'rewritten',
  CapacityRebalance: 'rewritten',
  WarmPoolConfiguration: { leftOut: 'the warm pool is compared by itself' },
  WarmPoolSize: { leftOut: 'AWS counts it' },
  Context: 'copied',
  DesiredCapacityType: 'copied',
  DefaultInstanceWarmup: 'copied',
  InstanceMaintenancePolicy: 'copied',
  DeletionProtection: 'copied',
  AvailabilityZoneDistribution: 'copied',
  AvailabilityZoneImpairmentPolicy: 'copied',
  CapacityReservationSpecification: 'copied',
  InstanceLifecyclePolicy: 'copied',
  Operator: { leftOut: 'the replica is nobody else to manage' },
} as const satisfies Fates<AutoScalingGroup>

/** What becomes of every member of a lifecycle hook. */
export const hookFates = {
  LifecycleHookName: 'copied',
  AutoScalingGroupName: 'rewritten',
  LifecycleTransition: 'copied',
  NotificationTargetARN: 'copied',
  RoleARN: 'copied',
  NotificationMetadata: 'copied',
  HeartbeatTimeout: 'copied',
  GlobalTimeout: { leftOut: 'AWS derives it from the heartbeat' },
  DefaultResult: 'copied',
} as const satisfies Fates<LifecycleHook>

/** What becomes of every member of a scheduled action. */
export const scheduledFates = {
  AutoScalingGroupName: 'rewritten',
  ScheduledActionName: 'copied',
  ScheduledActionARN: byAws,
  Time: { leftOut: 'the old name of StartTime' },
  // The start of a recurring action may be past, and AWS refuses such a one.
  StartTime: 'rewritten',
  EndTime: 'copied',
  Recurrence: 'copied',
  MinSize: 'copied',
  MaxSize: 'copied',
  DesiredCapacity: 'copied',
  TimeZone: 'copied',
} as const satisfies Fates<ScheduledUpdateGroupAction>

/** What becomes of every member of a notification configuration. */
export const notificationFates = {
  AutoScalingGroupName: 'rewritten',
  TopicARN: 'copied',
  NotificationType: 'copied',
} as const satisfies Fates<NotificationConfiguration>

/** What becomes of every member of a scaling policy. */
export const policyFates = {
  AutoScalingGroupName: 'rewritten',
  PolicyName: 'copied',
  PolicyARN: 'rewritten',
  PolicyType: 'copied',
  AdjustmentType: 'copied',
  MinAdjustmentStep: { leftOut: 'the old name of MinAdjustmentMagnitude' },
  MinAdjustmentMagnitude: 'copied',
  ScalingAdjustment: 'copied',
  Cooldown: 'copied',
  StepAdjustments: 'copied',
  MetricAggregationType: 'copied',
  EstimatedInstanceWarmup: 'copied',
  Alarms: { leftOut: 'alarms are copied by themselves; those of target tracking are made by AWS' },
  // Dimensions name the group and its balancer.
  TargetTrackingConfiguration: 'rewritten',
  Enabled: 'copied',
  PredictiveScalingConfiguration: 'rewritten',
} as const satisfies Fates<ScalingPolicy>

/** What becomes of every member of a warm pool's configuration. */
export const warmPoolFates = {
  MaxGroupPreparedCapacity: 'copied',
  MinSize: 'copied',
  PoolState: 'copied',
  Status: byAws,
  InstanceReusePolicy: 'copied',
} as const satisfies Fates<WarmPoolConfiguration>
