import type {
  AutoScalingGroup,
  LifecycleHook,
  NotificationConfiguration,
  ScalingPolicy,
  ScheduledUpdateGroupAction,
  WarmPoolConfiguration,
} from '@aws-sdk/client-auto-scaling'
import { allPages, autoScalingApi, decoded } from '@viridian/aws'
import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'

const NextToken = z.string().optional()
const Groups = z.object({ AutoScalingGroups: z.array(decoded<AutoScalingGroup>()) })
const Hooks = z.object({ LifecycleHooks: z.array(decoded<LifecycleHook>()).default([]) })
const Scheduled = z.object({
  ScheduledUpdateGroupActions: z.array(decoded<ScheduledUpdateGroupAction>()).default([]),
  NextToken,
})
const Notifications = z.object({
  NotificationConfigurations: z.array(decoded<NotificationConfiguration>()).default([]),
  NextToken,
})
const Policies = z.object({ ScalingPolicies: z.array(decoded<ScalingPolicy>()).default([]), NextToken })
const WarmPool = z.object({ WarmPoolConfiguration: decoded<WarmPoolConfiguration>().optional() })

/** The actions that reading an {@link Original} takes. */
export const readingCalls = [
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeLifecycleHooks',
  'autoscaling:DescribeScheduledActions',
  'autoscaling:DescribeNotificationConfigurations',
  'autoscaling:DescribePolicies',
  'autoscaling:DescribeWarmPool',
]

/** A group with all that belongs to it, as Auto Scaling describes it. */
export interface Original {
  readonly group: AutoScalingGroup
  readonly hooks: readonly LifecycleHook[]
  readonly scheduled: readonly ScheduledUpdateGroupAction[]
  readonly notifications: readonly NotificationConfiguration[]
  readonly policies: readonly ScalingPolicy[]
  readonly warmPool: WarmPoolConfiguration | undefined
}

/** Reads a group with all that belongs to it. */
export async function readOriginal(c: StepContext, name: string): Promise<Original> {
  const [group, hooks, scheduled, notifications, policies, warmPool] = await Promise.all([
    readWholeGroup(c, name),
    readHooks(c, name),
    readScheduled(c, name),
    readNotifications(c, name),
    readPolicies(c, name),
    readWarmPool(c, name),
  ])
  return { group, hooks, scheduled, notifications, policies, warmPool }
}

/**
 * Reads every setting of a group (`DescribeAutoScalingGroups`).
 *
 * @throws ViridianError `E_GROUP_CHANGED`
 */
export async function readWholeGroup(c: StepContext, name: string): Promise<AutoScalingGroup> {
  const input = { AutoScalingGroupNames: [name] }
  const { AutoScalingGroups: found } = await autoScalingApi(c, 'DescribeAutoScalingGroups', input, Groups)
  if (found[0]) return found[0]
  throw new ViridianError('E_GROUP_CHANGED', `there is no Auto Scaling group ${name} any more`, {
    hint: 'somebody has deleted it meanwhile: run the task again when they are done',
    place: { call: 'autoscaling:DescribeAutoScalingGroups' },
  })
}

/** Reads the lifecycle hooks of a group (`DescribeLifecycleHooks`). */
export async function readHooks(c: StepContext, AutoScalingGroupName: string): Promise<LifecycleHook[]> {
  const input = { AutoScalingGroupName }
  return (await autoScalingApi(c, 'DescribeLifecycleHooks', input, Hooks)).LifecycleHooks
}

/** Reads the scheduled actions of a group (`DescribeScheduledActions`). */
export const readScheduled = (
  c: StepContext,
  AutoScalingGroupName: string,
): Promise<ScheduledUpdateGroupAction[]> =>
  allPages(async (NextToken) => {
    const input = { AutoScalingGroupName, NextToken }
    const page = await autoScalingApi(c, 'DescribeScheduledActions', input, Scheduled)
    return { items: page.ScheduledUpdateGroupActions, next: page.NextToken }
  })

/** Reads what a group tells to whom (`DescribeNotificationConfigurations`). */
export const readNotifications = (c: StepContext, group: string): Promise<NotificationConfiguration[]> =>
  allPages(async (NextToken) => {
    const input = { AutoScalingGroupNames: [group], NextToken }
    const page = await autoScalingApi(c, 'DescribeNotificationConfigurations', input, Notifications)
    return { items: page.NotificationConfigurations, next: page.NextToken }
  })

/** Reads the scaling policies of a group (`DescribePolicies`). */
export const readPolicies = (c: StepContext, AutoScalingGroupName: string): Promise<ScalingPolicy[]> =>
  allPages(async (NextToken) => {
    const input = { AutoScalingGroupName, NextToken }
    const page = await autoScalingApi(c, 'DescribePolicies', input, Policies)
    return { items: page.ScalingPolicies, next: page.NextToken }
  })

/** Reads the configuration of a group's warm pool, if it has one (`DescribeWarmPool`). */
export async function readWarmPool(
  c: StepContext,
  AutoScalingGroupName: string,
): Promise<WarmPoolConfiguration | undefined> {
  const answer = await autoScalingApi(c, 'DescribeWarmPool', { AutoScalingGroupName }, WarmPool)
  return answer.WarmPoolConfiguration
}
