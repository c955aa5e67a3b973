import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import { AwsError } from '../../service.ts'
import { oneOf, validationError, within } from '../constraint.ts'

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

/** Settings of a group that this cloud keeps and shows, and that change nothing in it but for the deletion protection. */
export type GroupOptions = Pick<AutoScalingGroup, (typeof kept)[number]>

const day = 86_400
/** Takes a setting away. */
const cleared: Partial<Record<(typeof kept)[number], unknown>> = {
  MaxInstanceLifetime: 0,
  DefaultInstanceWarmup: -1,
}

/** The settings after a request: those that it names, besides those that were. */
export function optionsAfter(before: GroupOptions | undefined, input: GroupOptions): GroupOptions {
  check(input)
  const named = kept.filter((name) => input[name] !== undefined).map((name) => [name, input[name]] as const)
  const after = { ...before, ...Object.fromEntries(named) }
  const left = Object.entries(after).filter(([name, value]) => !isCleared(name, value))
  return Object.fromEntries(left)
}

const isCleared = (name: string, value: unknown): boolean =>
  Object.entries(cleared).some(([each, none]) => each === name && none === value)

function check({ MaxInstanceLifetime, DefaultInstanceWarmup, DeletionProtection }: GroupOptions): void {
  if (MaxInstanceLifetime) within(MaxInstanceLifetime, 'maxInstanceLifetime', day, 365 * day)
  if (DefaultInstanceWarmup !== undefined) within(DefaultInstanceWarmup, 'defaultInstanceWarmup', -1, 604_800)
  if (DeletionProtection !== undefined)
    oneOf(DeletionProtection, 'deletionProtection', [
      'none',
      'prevent-force-deletion',
      'prevent-all-deletion',
    ])
}

/** @throws AwsError when the group is protected from being deleted in this way. */
export function refuseProtected(options: GroupOptions | undefined, group: string, force: boolean): void {
  const { DeletionProtection: protection } = options ?? {}
  if (protection === 'prevent-all-deletion' || (protection === 'prevent-force-deletion' && force))
    throw validationError(`AutoScalingGroup ${group} has deletion protection ${protection}`)
}

/** @throws AwsError `ValidationError` for settings of a request that this cloud has not. */
export function refuseForeign(input: {
  readonly TargetGroupARNs?: readonly string[] | undefined
  readonly TrafficSources?: readonly { readonly Type?: string | undefined }[] | undefined
}): void {
  const foreign = input.TrafficSources?.find(({ Type }) => Type !== 'elb')
  if ((input.TargetGroupARNs ?? []).length === 0 && !foreign) return
  throw new AwsError(
    'ValidationError',
    'The local cloud has classic load balancers only: give LoadBalancerNames.',
  )
}
