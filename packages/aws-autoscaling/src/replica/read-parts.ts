import type { ScheduledUpdateGroupAction } from '@aws-sdk/client-auto-scaling'
import { defineRead } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readingCalls, readOriginal } from './original.ts'
import { refuseUnmatched } from './policy-request.ts'

const Names = z.array(z.string())

/**
 * Reads what belongs to a group besides its settings and hooks, by name: what a replica gets by calls of its own.
 *
 * @throws ViridianError `E_POLICY_UNSUPPORTED`
 */
export const readParts = defineRead({
  name: 'aws-autoscaling/read-parts',
  version: 2,
  input: z.strictObject({
    group: z.string(),
    /** Those of the original that get a copy, by name or ARN. */
    balancers: Names,
  }),
  output: z.strictObject({
    scheduled: Names,
    topics: Names,
    metrics: z.boolean(),
    policies: z.array(z.strictObject({ name: z.string(), arn: z.string() })),
  }),
  calls: readingCalls,
  title: ({ group }) => `see what belongs to ${group}`,
  run: async ({ group: name, balancers }, c) => {
    const { group, scheduled, notifications, policies } = await readOriginal(c, name)
    for (const policy of policies) refuseUnmatched(policy, balancers)
    const past = scheduled.filter((action) => isPast(action))
    if (past.length > 0) c.progress(`past, and not copied: ${past.map(nameOf).join(', ')}`)
    return {
      scheduled: scheduled.filter((action) => !isPast(action)).map(nameOf),
      topics: [...new Set(notifications.map(({ TopicARN = '' }) => TopicARN))],
      metrics: (group.EnabledMetrics ?? []).length > 0,
      policies: policies.map(({ PolicyName = '', PolicyARN = '' }) => ({ name: PolicyName, arn: PolicyARN })),
    }
  },
})

/** True for a scheduled action that will not happen any more: AWS refuses it. */
export function isPast(
  { StartTime, EndTime, Recurrence }: ScheduledUpdateGroupAction,
  at = Date.now(),
): boolean {
  if (EndTime !== undefined && EndTime.getTime() <= at) return true
  return !Recurrence && StartTime !== undefined && StartTime.getTime() <= at
}

const nameOf = ({ ScheduledActionName = '' }: ScheduledUpdateGroupAction): string => ScheduledActionName
