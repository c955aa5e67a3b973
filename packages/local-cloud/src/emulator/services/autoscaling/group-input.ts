import type {
  CreateAutoScalingGroupType,
  LifecycleHookSpecification,
  UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling'
import { dictionary } from '../../dictionary.ts'
import { named, required, validationError, within } from '../constraint.ts'
import type { Compute } from '../ec2/compute.ts'
import type { Traffic } from '../elb/traffic.ts'
import type { Group } from './group.ts'
import type { GroupBook } from './group-book.ts'
import { optionsAfter, refuseForeign } from './group-options.ts'
import { sizesAfter } from './group-sizes.ts'
import type { ArnOf } from './launch-configuration.ts'
import { oneSource, readLaunchSource } from './launch-source-input.ts'
import { readHook } from './lifecycle-hooks.ts'
import { tagsWith } from './tag-handlers.ts'
import { readPolicies } from './termination-policy.ts'
import { readSources } from './traffic-source.ts'

export interface GroupInputParts {
  readonly book: GroupBook
  readonly compute: Compute
  readonly traffic: Traffic
  readonly arnOf: ArnOf
}

/** Reads a new group from a request, with AWS's defaults and refusals. */
export function readGroup(input: CreateAutoScalingGroupType, parts: GroupInputParts): Group {
  const name = named(input.AutoScalingGroupName, 'autoScalingGroupName')
  if (name.includes(':')) throw validationError(`The name of an Auto Scaling group has no colon: ${name}`)
  refuseForeign(input)
  const launch = readLaunchSource(input, parts)
  if (launch === undefined) throw oneSource()
  const min = required(input.MinSize, 'minSize')
  const sizes = { min, max: required(input.MaxSize, 'maxSize'), desired: input.DesiredCapacity ?? min }
  const hooks = (input.LifecycleHookSpecificationList ?? []).map((hook: LifecycleHookSpecification) =>
    readHook({ ...hook, AutoScalingGroupName: name }),
  )
  return {
    name,
    arn: parts.arnOf('autoScalingGroup', name),
    created: parts.book.now().toISOString(),
    launch,
    ...sizesAfter(sizes, sizes),
    cooldown: within(input.DefaultCooldown ?? 300, 'defaultCooldown', 0, 86_400),
    ...readPlacement(input, parts.compute),
    loadBalancers: readSources(input, parts.traffic),
    healthCheckType: readHealthCheckType(input.HealthCheckType ?? 'EC2'),
    healthCheckGracePeriod: within(input.HealthCheckGracePeriod ?? 0, 'healthCheckGracePeriod', 0, 86_400),
    terminationPolicies: readPolicies(input.TerminationPolicies) ?? ['Default'],
    protectNew: input.NewInstancesProtectedFromScaleIn ?? false,
    instances: [],
    suspended: {},
    tags: tagsWith({}, input.Tags ?? []),
    hooks: dictionary(Object.fromEntries(hooks.map((hook) => [hook.LifecycleHookName ?? '', hook]))),
    options: optionsAfter(undefined, input),
  }
}

/** What a request changes of a group. */
export function readGroupChanges(
  group: Group,
  input: UpdateAutoScalingGroupType,
  parts: GroupInputParts,
): Partial<Group> {
  refuseForeign(input)
  const { MinSize: min, MaxSize: max, DesiredCapacity: desired } = input
  const launch = readLaunchSource(input, parts, group.launch)
  const terminationPolicies = readPolicies(input.TerminationPolicies)
  const placed = input.VPCZoneIdentifier !== undefined || input.AvailabilityZones !== undefined
  return {
    ...sizesAfter(group, { min, max, desired }),
    ...(launch === undefined ? {} : { launch }),
    ...(placed ? readPlacement(input, parts.compute) : {}),
    ...(input.DefaultCooldown === undefined
      ? {}
      : { cooldown: within(input.DefaultCooldown, 'defaultCooldown', 0, 86_400) }),
    ...(input.HealthCheckType === undefined
      ? {}
      : { healthCheckType: readHealthCheckType(input.HealthCheckType) }),
    ...(input.HealthCheckGracePeriod === undefined
      ? {}
      : {
          healthCheckGracePeriod: within(input.HealthCheckGracePeriod, 'healthCheckGracePeriod', 0, 86_400),
        }),
    ...(terminationPolicies === undefined ? {} : { terminationPolicies }),
    ...(input.NewInstancesProtectedFromScaleIn === undefined
      ? {}
      : { protectNew: input.NewInstancesProtectedFromScaleIn }),
    options: optionsAfter(group.options, input),
  }
}

function readPlacement(
  input: Pick<UpdateAutoScalingGroupType, 'VPCZoneIdentifier' | 'AvailabilityZones'>,
  compute: Compute,
): Pick<Group, 'zones' | 'subnets'> {
  const known = compute.subnets()
  const subnets = (input.VPCZoneIdentifier ?? '').split(',').flatMap((id) => id.trim() || [])
  const subnetZones = subnets.map((id) => {
    const found = known.find((subnet) => subnet.id === id)
    if (found === undefined) throw validationError(`The subnet ID '${id}' does not exist`)
    return found.availabilityZone
  })
  const zones = [...new Set(input.AvailabilityZones?.length ? input.AvailabilityZones : subnetZones)]
  if (zones.length === 0) throw validationError('At least one Availability Zone or VPC Subnet is required.')
  const valid = known.map(({ availabilityZone }) => availabilityZone)
  const invalid = zones.filter((zone) => !valid.includes(zone))
  if (invalid.length > 0) throw validationError(`Invalid availability zones: [${invalid.join(', ')}]`)
  if (subnets.length > 0 && zones.some((zone) => !subnetZones.includes(zone))) {
    throw validationError(
      'The availability zones of the specified subnets and the Auto Scaling group do not match',
    )
  }
  return { zones: zones.sort(), subnets }
}

function readHealthCheckType(types: string): Group['healthCheckType'] {
  const named = types.split(',').map((type) => type.trim())
  if (named.some((type) => type !== 'EC2' && type !== 'ELB')) {
    throw validationError(`Invalid Health Check Type: ${types}. Valid types: EC2, ELB`)
  }
  return named.includes('ELB') ? 'ELB' : 'EC2'
}
