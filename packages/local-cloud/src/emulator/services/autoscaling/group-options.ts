import type { AutoScalingGroup, InstanceMaintenancePolicy } from '@aws-sdk/client-auto-scaling'
import { sdk } from '../../sdk.ts'
import { oneOf, required, validationError, within } from '../constraint.ts'

const {
  CapacityDistributionStrategy,
  CapacityReservationPreference,
  DeletionProtection,
  ImpairedZoneHealthCheckBehavior,
  RetentionAction,
} = sdk.autoScaling

const kept = [
  'PlacementGroup',
  'CapacityRebalance',
  'DeletionProtection',
  'ServiceLinkedRoleARN',
  'MaxInstanceLifetime',
  'Context',
  'DesiredCapacityType',
  'DefaultInstanceWarmup',
  'InstanceMaintenancePolicy',
  'AvailabilityZoneDistribution',
  'AvailabilityZoneImpairmentPolicy',
  'CapacityReservationSpecification',
  'InstanceLifecyclePolicy',
] as const

/**
 * Settings of a group that this cloud keeps and shows. They change nothing in it, but for the deletion protection and
 * capacity rebalancing.
 */
export type GroupOptions = Pick<AutoScalingGroup, (typeof kept)[number]>

const day = 86_400

/** Whether a setting's value takes it away. */
function isCleared(settings: GroupOptions, name: string): boolean {
  const { MaxInstanceLifetime, DefaultInstanceWarmup, InstanceMaintenancePolicy } = settings
  switch (name) {
    case 'MaxInstanceLifetime':
      return MaxInstanceLifetime === 0
    case 'DefaultInstanceWarmup':
      return DefaultInstanceWarmup === -1
    case 'InstanceMaintenancePolicy':
      return InstanceMaintenancePolicy !== undefined && isNoMaintenance(InstanceMaintenancePolicy)
    default:
      return false
  }
}

const isNoMaintenance = (policy: InstanceMaintenancePolicy): boolean =>
  policy.MinHealthyPercentage === -1 && policy.MaxHealthyPercentage === -1

/** The settings after a request: those that it names, besides those that were. */
export function optionsAfter(before: GroupOptions | undefined, input: GroupOptions): GroupOptions {
  check(input)
  const named = kept.filter((name) => input[name] !== undefined).map((name) => [name, input[name]] as const)
  const after: GroupOptions = { ...before, ...Object.fromEntries(named) }
  return Object.fromEntries(Object.entries(after).filter(([name]) => !isCleared(after, name)))
}

function check(input: GroupOptions): void {
  const { MaxInstanceLifetime, DefaultInstanceWarmup, InstanceMaintenancePolicy } = input
  if (MaxInstanceLifetime) within(MaxInstanceLifetime, 'maxInstanceLifetime', day, 365 * day)
  if (DefaultInstanceWarmup !== undefined) within(DefaultInstanceWarmup, 'defaultInstanceWarmup', -1, 604_800)
  if (InstanceMaintenancePolicy !== undefined) checkMaintenance(InstanceMaintenancePolicy)
  for (const [member, value, values] of choices(input)) {
    if (value !== undefined) oneOf(value, member, values)
  }
}

/** What the members that are one of a list of AWS's say. */
function choices(input: GroupOptions): (readonly [string, string | undefined, readonly string[]])[] {
  const behavior = input.AvailabilityZoneImpairmentPolicy?.ImpairedZoneHealthCheckBehavior
  const preference = input.CapacityReservationSpecification?.CapacityReservationPreference
  const retention = input.InstanceLifecyclePolicy?.RetentionTriggers?.TerminateHookAbandon
  const strategy = input.AvailabilityZoneDistribution?.CapacityDistributionStrategy
  return [
    ['deletionProtection', input.DeletionProtection, Object.values(DeletionProtection)],
    ['desiredCapacityType', input.DesiredCapacityType, ['units', 'vcpu', 'memory-mib']],
    ['impairedZoneHealthCheckBehavior', behavior, Object.values(ImpairedZoneHealthCheckBehavior)],
    ['capacityReservationPreference', preference, Object.values(CapacityReservationPreference)],
    ['terminateHookAbandon', retention, Object.values(RetentionAction)],
    ['capacityDistributionStrategy', strategy, Object.values(CapacityDistributionStrategy)],
  ]
}

function checkMaintenance(policy: InstanceMaintenancePolicy): void {
  if (isNoMaintenance(policy)) return
  const least = within(
    required(policy.MinHealthyPercentage, 'minHealthyPercentage'),
    'minHealthyPercentage',
    0,
    100,
  )
  const most = within(
    required(policy.MaxHealthyPercentage, 'maxHealthyPercentage'),
    'maxHealthyPercentage',
    100,
    200,
  )
  if (most - least > 100) {
    throw validationError(
      'The difference between MinHealthyPercentage and MaxHealthyPercentage cannot be greater than 100.',
    )
  }
}

/** @throws AwsError when the group is protected from being deleted in this way. */
export function refuseProtected(options: GroupOptions | undefined, group: string, force: boolean): void {
  const { DeletionProtection: protection } = options ?? {}
  if (protection === 'prevent-all-deletion' || (protection === 'prevent-force-deletion' && force))
    throw validationError(`AutoScalingGroup ${group} has deletion protection ${protection}`)
}

/** @throws AwsError `ValidationError` for settings of a request that this cloud has not. */
export function refuseForeign(input: {
  readonly AvailabilityZoneIds?: readonly string[] | undefined
  readonly Operator?: object | undefined
}): void {
  if (input.AvailabilityZoneIds?.length) {
    throw validationError('The local cloud knows zones by their names only: give AvailabilityZones.')
  }
  if (input.Operator !== undefined) {
    throw validationError('The local cloud has no services that manage groups: leave Operator out.')
  }
}
