import { allPages, autoScalingApi, Bindings } from '@viridian/aws'
import { type StepContext, suggestion, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'

const Template = z.object({
  LaunchTemplateId: z.string(),
  LaunchTemplateName: z.string(),
  Version: z.string().optional(),
})

const Member = z.object({
  InstanceId: z.string(),
  AvailabilityZone: z.string(),
  LifecycleState: z.string(),
  HealthStatus: z.string(),
  ProtectedFromScaleIn: z.boolean(),
  InstanceType: z.string().optional(),
  LaunchConfigurationName: z.string().optional(),
  LaunchTemplate: Template.optional(),
})

const Override = z.object({
  InstanceType: z.string().optional(),
  WeightedCapacity: z.string().optional(),
  ImageId: z.string().optional(),
  LaunchTemplateSpecification: Template.partial().optional(),
})

/** What a group launches instances of several kinds by, as far as it is used. */
const MixedInstancesPolicy = z.object({
  LaunchTemplate: z
    .object({
      LaunchTemplateSpecification: Template.optional(),
      Overrides: z.array(Override).default([]),
    })
    .optional(),
  InstancesDistribution: z
    .object({ SpotMaxPrice: z.string().optional(), DistributionSegments: z.array(z.unknown()).default([]) })
    .optional(),
})

const Group = z.object({
  AutoScalingGroupName: z.string(),
  MinSize: z.int(),
  MaxSize: z.int(),
  DesiredCapacity: z.int(),
  AvailabilityZones: z.array(z.string()),
  VPCZoneIdentifier: z.string().optional(),
  PlacementGroup: z.string().optional(),
  ...Bindings.shape,
  HealthCheckType: z.string(),
  HealthCheckGracePeriod: z.int().default(0),
  Instances: z.array(Member).default([]),
  SuspendedProcesses: z.array(z.object({ ProcessName: z.string() })).default([]),
  Status: z.string().optional(),
  Tags: z
    .array(z.object({ Key: z.string(), Value: z.string().default(''), PropagateAtLaunch: z.boolean() }))
    .default([]),
  LaunchConfigurationName: z.string().optional(),
  LaunchTemplate: Template.optional(),
  MixedInstancesPolicy: MixedInstancesPolicy.optional(),
  /** What desired counts: `units`, where it is not said. */
  DesiredCapacityType: z.string().optional(),
  CapacityRebalance: z.boolean().optional(),
  MaxInstanceLifetime: z.int().optional(),
  /** Absent for a group without a warm pool. */
  WarmPoolConfiguration: z.object({}).optional(),
})

/** A group as Auto Scaling describes it, as far as it is used. */
export type Group = z.infer<typeof Group>
export type Member = z.infer<typeof Member>

const Groups = z.object({ AutoScalingGroups: z.array(Group), NextToken: z.string().optional() })
const pageSize = 100

/**
 * Reads a group (`DescribeAutoScalingGroups`).
 *
 * @throws ViridianError `E_GROUP_NOT_FOUND`, with the names that it may have been
 */
export async function readGroup(c: StepContext, name: string): Promise<Group> {
  if (name === '')
    throw new ViridianError('E_GROUP_UNNAMED', 'no Auto Scaling group was named', {
      hint: 'name it: --group web',
    })
  const found = await findGroup(c, name)
  if (found) return found
  const region = await autoScalingApi.region(c)
  const names = (await readGroups(c)).map(({ AutoScalingGroupName }) => AutoScalingGroupName)
  throw new ViridianError('E_GROUP_NOT_FOUND', `there is no Auto Scaling group "${name}" in ${region}`, {
    hint:
      suggestion(name, names) ??
      (names.length > 0
        ? `there are ${names.slice(0, 8).join(', ')}`
        : 'there is none at all: is it the right account and region?'),
    place: { call: 'autoscaling:DescribeAutoScalingGroups' },
  })
}

/** The group of this name, if there is one. */
export async function findGroup(c: StepContext, name: string): Promise<Group | undefined> {
  const input = { AutoScalingGroupNames: [name] }
  return (await autoScalingApi(c, 'DescribeAutoScalingGroups', input, Groups)).AutoScalingGroups[0]
}

/** Every group, or every one that has a tag of one of these keys, from all pages. */
export function readGroups(c: StepContext, ...tagKeys: readonly string[]): Promise<Group[]> {
  const Filters = tagKeys.length === 0 ? undefined : [{ Name: 'tag-key', Values: [...tagKeys] }]
  return allPages(async (NextToken) => {
    const input = { MaxRecords: pageSize, NextToken, Filters }
    const page = await autoScalingApi(c, 'DescribeAutoScalingGroups', input, Groups)
    return { items: page.AutoScalingGroups, next: page.NextToken }
  })
}

/** The members of these ids as they are now, by id; those that have left the group are missing. */
export async function readMembers(
  c: StepContext,
  group: string,
  ids: readonly string[],
): Promise<Map<string, Member>> {
  return membersOf(await readGroup(c, group), ids)
}

/** The members of these ids, by id. */
export const membersOf = ({ Instances }: Group, ids: readonly string[]): Map<string, Member> =>
  new Map(
    Instances.filter(({ InstanceId }) => ids.includes(InstanceId)).map((each) => [each.InstanceId, each]),
  )

export const isInService = (member: Member | undefined): boolean => member?.LifecycleState === 'InService'

export const isHealthy = (member: Member | undefined): boolean => member?.HealthStatus === 'Healthy'

/** True for the lifecycle state of a member that is on its way out. */
export const isGoing = (lifecycle: string): boolean => /^(Terminat|Detach)/.test(lifecycle)

/** True for a member in standby, or on its way there or back: not counted in what the group wants. */
export const isAside = (member: Member | undefined): boolean => /Standby$/.test(member?.LifecycleState ?? '')

/** True for a member that will not serve again, or is none any more. */
export const isLeaving = (member: Member | undefined): boolean =>
  member === undefined || isGoing(member.LifecycleState)

/** A member in words: `i-1 is InService and Unhealthy`. */
export const memberText = (id: string, member: Member | undefined): string =>
  member ? `${id} is ${member.LifecycleState} and ${member.HealthStatus}` : `${id} is not in the group`
