import type { LaunchTemplateSpecification, UpdateAutoScalingGroupType } from '@aws-sdk/client-auto-scaling'
import {
  autoScalingApi,
  awsCode,
  findMade,
  healthCalls,
  LaunchSource,
  LoadBalancer,
  readLaunchSettings,
  sourceName,
  sourceThing,
} from '@viridian/aws'
import { defineChange, isViridianError, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { seeCanLaunch } from './can-launch.ts'
import { findGroup, isLeaving, readGroup } from './group.ts'
import { findSource, groupSource, isLaunchedFrom, isSame } from './group-source.ts'
import { policyFrom } from './mixed-policy.ts'
import { replaceLaunched } from './replace-launched.ts'
import { readWholeGroup } from './replica/original.ts'

const Input = z.strictObject({
  group: z.string(),
  source: LaunchSource,
  /** Whether the run has made the source: what was launched from it is its work too, and goes with it. */
  own: z.boolean(),
  /** Those bound to the group: where whom it launches on the way back is seen in service. */
  loadBalancers: z.array(LoadBalancer),
})

/**
 * Points a group at another launch source (`UpdateAutoScalingGroup`): what it launches from now on. A mixed instances
 * policy keeps its overrides and its distribution, whoever has changed them since. Undone by pointing
 * it back to what it said, `$Latest` and `$Default` too, unless somebody has pointed it elsewhere since. When the source is
 * the run's own, those that the group has launched from it are then replaced, from wherever it launches by then.
 */
export const setGroupLaunch = defineChange({
  name: 'aws-autoscaling/set-group-launch',
  version: 4,
  input: Input,
  beforeSchema: LaunchSource,
  output: z.null(),
  calls: [
    'autoscaling:UpdateAutoScalingGroup',
    'autoscaling:TerminateInstanceInAutoScalingGroup',
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeLaunchConfigurations',
    'ec2:DescribeLaunchTemplateVersions',
    ...healthCalls,
    'ec2:RunInstances',
    'iam:PassRole',
  ],
  title: ({ group, source }) => `point ${group} at ${sourceName(source)}`,
  before: async ({ group }, c) => groupSource(await readGroup(c, group)),
  run: async ({ group, source }, c) => {
    await setSource(c, group, source)
    return null
  },
  find: ({ group, source }, c) =>
    findMade(c, async () => {
      const now = findSource(await readGroup(c, group))
      return now !== undefined && isSame(now, source)
    }),
  ready: async ({ group: name, source, own }, c) => {
    const group = await findGroup(c, name)
    const now = group && findSource(group)
    if (now && isSame(now, source)) await seeThere(c, name, c.before)
    if (own)
      await seeCanLaunch(
        c,
        name,
        ({ Instances }) =>
          Instances.filter((member) => !isLeaving(member) && isLaunchedFrom(member, source)).length,
      )
  },
  undo: async ({ group, source, own, loadBalancers }, c) => {
    const now = findSource(await readGroup(c, group))
    const isOurs = now !== undefined && (isSame(now, c.before) || isSame(now, source))
    // Also when it says that already: what was read may be older than the change.
    if (isOurs) await pointBack(c, group, c.before)
    if (own) await replaceLaunched(c, { group, source, loadBalancers })
    if (isOurs) return undefined
    const from = now ? `from ${sourceName(now)}` : 'from nothing'
    return { leftAlone: `${group} launches ${from} now: somebody has changed it` }
  },
  // Its undo replaces members: not those of a copy that users are still sent to.
  touches: ({ group, source }) => [`group/${group}#launch`, `group/${group}#capacity`, sourceThing(source)],
  restores: (_input, before) => [sourceThing(before)],
  leaves: ({ group, source }) => [
    `group ${group}: launches from ${sourceName(source)}, or has members that it has launched from it`,
  ],
})

async function pointBack(c: StepContext, group: string, source: LaunchSource): Promise<void> {
  try {
    await setSource(c, group, source)
  } catch (error) {
    if (awsCode(error) === 'ValidationError') throw launchGone(group, source, error)
    throw error
  }
}

async function seeThere(c: StepContext, group: string, source: LaunchSource): Promise<void> {
  try {
    await readLaunchSettings(c, source)
  } catch (error) {
    if (isViridianError(error) && /^E_LAUNCH_\w+_NOT_FOUND$/.test(error.code))
      throw launchGone(group, source, error)
    throw error
  }
}

const launchGone = (group: string, source: LaunchSource, cause: unknown): ViridianError =>
  new ViridianError('E_LAUNCH_GONE', `${group} cannot be pointed back at ${sourceName(source)}`, {
    hint: 'if somebody has deleted that, point the group at another one that launches what was there before (aws autoscaling update-auto-scaling-group), and go back once more: tasks rollback',
    place: { call: 'autoscaling:UpdateAutoScalingGroup' },
    cause,
    refused: true,
  })

async function setSource(c: StepContext, group: string, source: LaunchSource): Promise<void> {
  const from =
    source.kind === 'launchConfiguration'
      ? { LaunchConfigurationName: source.name }
      : await fromTemplate(c, group, { LaunchTemplateId: source.id, Version: source.version })
  await autoScalingApi(c, 'UpdateAutoScalingGroup', { AutoScalingGroupName: group, ...from }, z.unknown())
}

/** A group that is told a template beside its mixed instances policy loses the policy. */
async function fromTemplate(
  c: StepContext,
  group: string,
  LaunchTemplate: LaunchTemplateSpecification,
): Promise<Pick<UpdateAutoScalingGroupType, 'LaunchTemplate' | 'MixedInstancesPolicy'>> {
  const { MixedInstancesPolicy: policy } = await readWholeGroup(c, group)
  return policy ? { MixedInstancesPolicy: policyFrom(policy, LaunchTemplate) } : { LaunchTemplate }
}
