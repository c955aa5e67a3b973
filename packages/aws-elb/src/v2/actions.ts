import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import { copyOf } from '@viridian/aws'
import { z } from '@viridian/core/zod'
import { actionFates, conditionFates, forwardFates, weightedGroupFates } from './fates.ts'

/** By the ARN of a target group, its copy's. */
export const CopiedGroups = z.record(z.string(), z.string())
export type CopiedGroups = z.infer<typeof CopiedGroups>

/** The target groups that actions send users to, each once. */
export const forwardedTo = (actions: readonly Action[]): string[] => [
  ...new Set(
    actions
      .flatMap(({ TargetGroupArn, ForwardConfig }) => [
        TargetGroupArn,
        ...(ForwardConfig?.TargetGroups ?? []).map((group) => group.TargetGroupArn),
      ])
      .filter((arn) => arn !== undefined),
  ),
]

/** The same actions to the copies of their target groups, with weights and stickiness kept. */
export const rewritten = (actions: readonly Action[], groups: CopiedGroups): Action[] =>
  actions.map((action) => {
    const { TargetGroupArn, ForwardConfig } = action
    return {
      ...copyOf(action, actionFates),
      ...(TargetGroupArn !== undefined && { TargetGroupArn: groups[TargetGroupArn] }),
      ...(ForwardConfig && {
        ForwardConfig: {
          ...copyOf(ForwardConfig, forwardFates),
          TargetGroups: ForwardConfig.TargetGroups?.map((group) => ({
            ...copyOf(group, weightedGroupFates),
            TargetGroupArn: groups[group.TargetGroupArn ?? ''],
          })),
        },
      }),
    }
  })

/** AWS describes a host or a path in an older form as well, and takes one form of a condition only. */
export const conditionCopy = (condition: RuleCondition): RuleCondition => {
  const copied = copyOf(condition, conditionFates)
  const isConfigured = Object.keys(copied).some((member) => member.endsWith('Config'))
  return isConfigured ? copied : { ...condition }
}
