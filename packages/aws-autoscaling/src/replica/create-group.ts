import type {
  AutoScalingGroup,
  CreateAutoScalingGroupType,
  Tag,
  TagDescription,
} from '@aws-sdk/client-auto-scaling'
import {
  autoScalingApi,
  awsCode,
  balancerLabel,
  copyOf,
  labelThing,
  lookFor,
  nameFor,
  runTag,
  stepTag,
} from '@viridian/aws'
import {
  type ChangeContext,
  defineChange,
  placeholderText,
  type StepContext,
  ViridianError,
} from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findGroup } from '../group.ts'
import { policyFrom, templateOf } from '../mixed-policy.ts'
import { deleteGroup } from './delete-group.ts'
import { groupFates, hookFates } from './fates.ts'
import { readHooks, readWholeGroup } from './original.ts'
import { unpinnedGroup } from './pinned.ts'

const nameLimit = 255

const Input = z.strictObject({
  /** The group to copy. */
  from: z.string(),
  max: z.int(),
  /** The balancers of the original, by name (of version 2 by ARN), and those that take their place. */
  balancers: z.record(z.string(), z.string()),
})
type Input = z.infer<typeof Input>

/**
 * Creates an empty group that is another one in every setting, its lifecycle hooks included, behind other balancers
 * (`CreateAutoScalingGroup`). Undone by deleting it and seeing it gone, unless it is somebody else's by now.
 */
export const createGroup = defineChange({
  name: 'aws-autoscaling/create-group',
  version: 1,
  input: Input,
  beforeSchema: z.null(),
  output: z.strictObject({ name: z.string() }),
  calls: [
    'autoscaling:CreateAutoScalingGroup',
    'autoscaling:CreateOrUpdateTags',
    'autoscaling:DeleteAutoScalingGroup',
    'autoscaling:UpdateAutoScalingGroup',
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeLifecycleHooks',
    'iam:PassRole',
  ],
  title: ({ from }) => `create an empty copy of ${from}`,
  placeholder: ({ from }) => ({ name: placeholderText(`copy of ${from}`) }),
  before: async () => null,
  run: async (input, c) => {
    const name = nameFor(input.from, c.token, nameLimit)
    const request = await requestFor(input, name, c)
    try {
      await autoScalingApi(c, 'CreateAutoScalingGroup', request, z.unknown())
    } catch (error) {
      if (awsCode(error) !== 'AlreadyExists') throw error
      if (await isOwn(c, name)) return { name }
      throw new ViridianError(
        'E_NAME_TAKEN',
        `there is a group ${name} already, and this run did not make it`,
        {
          hint: 'delete it, or run the task again: another run takes another name',
          cause: error,
          refused: true,
        },
      )
    }
    return { name }
  },
  find: async ({ from }, c) => {
    const name = nameFor(from, c.token, nameLimit)
    const own = await lookFor(c, () => isOwn(c, name))
    return own ? { status: 'done', output: { name } } : { status: 'absent' }
  },
  undo: async (_input, { output: { name }, ...c }) => {
    const group = await lookFor(c, () => findGroup(c, name))
    if (!group) return undefined
    if (!carries(group.Tags, c.token))
      return { leftAlone: `group ${name}: it does not carry this run's tag any more` }
    await liftDeletionProtection(c, name)
    await deleteGroup(c, name)
    return undefined
  },
  touches: ({ balancers }, { name }) => [
    `group/${name}`,
    `group/${name}#capacity`,
    `group/${name}#launch`,
    ...Object.values(balancers).map((key) => labelThing(balancerLabel(key))),
  ],
  makes: (_input, { name }) => [`group/${name}`],
  leaves: (_input, { name }) => [`group ${name}`],
})

/** What `CreateAutoScalingGroup` takes for the copy. */
async function requestFor(
  { from, max, balancers }: Input,
  name: string,
  c: ChangeContext<null>,
): Promise<CreateAutoScalingGroupType> {
  const [group, hooks] = await Promise.all([readWholeGroup(c, from), readHooks(c, from)])
  // It has a call of its own.
  const { EnabledMetrics: _, ...settings } = copyOf(group, groupFates)
  const { LaunchConfigurationName, LaunchTemplate, MixedInstancesPolicy: policy } = group
  const { capacityRebalance, maxInstanceLifetime } = unpinnedGroup(group).replacement
  const specifications = hooks.map(({ LifecycleHookName, LifecycleTransition, ...hook }) => ({
    ...copyOf({ LifecycleHookName, LifecycleTransition, ...hook }, hookFates),
    LifecycleHookName,
    LifecycleTransition,
  }))
  return {
    ...settings,
    AutoScalingGroupName: name,
    // One of them is set; '' where AWS has forgotten a deleted one.
    ...(LaunchConfigurationName && { LaunchConfigurationName }),
    ...(LaunchTemplate && { LaunchTemplate: templateOf(LaunchTemplate) }),
    ...(policy && {
      MixedInstancesPolicy: policyFrom(policy, policy.LaunchTemplate?.LaunchTemplateSpecification),
    }),
    MinSize: 0,
    MaxSize: max,
    DesiredCapacity: 0,
    CapacityRebalance: capacityRebalance,
    ...(maxInstanceLifetime > 0 && { MaxInstanceLifetime: maxInstanceLifetime }),
    ...placeBehind(group, balancers),
    Tags: [...ownTags(group.Tags ?? []), ...tagsOfRun(c)],
    ...(specifications.length > 0 && { LifecycleHookSpecificationList: specifications }),
  }
}

/** Every balancer of the original has one in its place: behind the original's own, green would serve at once. */
function placeBehind(
  {
    AutoScalingGroupName: group,
    LoadBalancerNames = [],
    TargetGroupARNs = [],
    TrafficSources = [],
  }: AutoScalingGroup,
  balancers: Readonly<Record<string, string>>,
): Pick<CreateAutoScalingGroupType, 'LoadBalancerNames' | 'TargetGroupARNs' | 'TrafficSources'> {
  const counterpart = (original: string): string => {
    const found = balancers[original]
    if (found !== undefined) return found
    throw new ViridianError(
      'E_BALANCER_UNMATCHED',
      `${group} is behind ${original} too, and nothing takes its place`,
      {
        hint: 'say which copy takes the place of each balancer that the group is bound to',
        refused: true,
      },
    )
  }
  const named = [...LoadBalancerNames, ...TargetGroupARNs]
  const others = TrafficSources.filter(({ Identifier = '' }) => !named.includes(Identifier))
  return {
    ...(LoadBalancerNames.length > 0 && { LoadBalancerNames: LoadBalancerNames.map(counterpart) }),
    ...(TargetGroupARNs.length > 0 && { TargetGroupARNs: TargetGroupARNs.map(counterpart) }),
    ...(others.length > 0 && {
      TrafficSources: others.map(({ Identifier = '', Type }) => ({
        Identifier: counterpart(Identifier),
        Type,
      })),
    }),
  }
}

/** The tags that are the group's own: not AWS's, and not those of a run. */
export const ownTags = (tags: readonly TagDescription[]): Tag[] =>
  tags
    .filter(({ Key = '' }) => !/^(aws|viridian):/.test(Key))
    .map(({ Key = '', Value = '', PropagateAtLaunch = false }) => ({ Key, Value, PropagateAtLaunch }))

// On the group alone: what it launches in later weeks is not the run's.
const tagsOfRun = (c: ChangeContext<null>): Tag[] =>
  [
    { Key: runTag, Value: c.run.id },
    { Key: stepTag, Value: c.token },
  ].map((tag) => ({ ...tag, PropagateAtLaunch: false }))

const carries = (tags: readonly { readonly Key: string; readonly Value: string }[], token: string): boolean =>
  tags.some(({ Key, Value }) => Key === stepTag && Value === token)

const isOwn = async (c: ChangeContext<null>, name: string): Promise<boolean> =>
  carries((await findGroup(c, name))?.Tags ?? [], c.token)

/** The original's protection was copied too, and holds for the original alone. */
async function liftDeletionProtection(c: StepContext, name: string): Promise<void> {
  const { DeletionProtection } = await readWholeGroup(c, name)
  if (DeletionProtection === undefined || DeletionProtection === 'none') return
  const input = { AutoScalingGroupName: name, DeletionProtection: 'none' as const }
  await autoScalingApi(c, 'UpdateAutoScalingGroup', input, z.unknown())
}
