import type { Counterparts } from '@viridian/aws'
import { ViridianError } from '@viridian/core'
import { actionsOf, groupOfPolicy, rewrittenDimensions } from './concern.ts'
import type { Alarm } from './fates.ts'

/**
 * What an alarm's copy has in place of what names the original's fleet; empty lists where it has none. Its actions are
 * off; those that are no policy of the fleet, such as topics to notify, are kept.
 *
 * @throws ViridianError `E_POLICY_UNMATCHED` when an action is a policy of the fleet that has no copy
 */
export function rewritten(alarm: Alarm, name: string, counterparts: Counterparts) {
  refuseUnmatched(alarm, counterparts)
  const actions = (arns: readonly string[] = []): string[] =>
    arns.map((arn) => counterparts.policies[arn] ?? arn)
  return {
    AlarmName: name,
    ActionsEnabled: false,
    OKActions: actions(alarm.OKActions),
    AlarmActions: actions(alarm.AlarmActions),
    InsufficientDataActions: actions(alarm.InsufficientDataActions),
    Dimensions: rewrittenDimensions(alarm.Dimensions ?? [], counterparts),
    Metrics: (alarm.Metrics ?? []).map((query) => {
      const { MetricStat: stat } = query
      if (stat?.Metric?.Dimensions === undefined) return query
      const Dimensions = rewrittenDimensions(stat.Metric.Dimensions, counterparts)
      return { ...query, MetricStat: { ...stat, Metric: { ...stat.Metric, Dimensions } } }
    }),
  }
}

// Left as it is, an alarm of green would scale blue.
function refuseUnmatched(alarm: Alarm, { groups, policies }: Counterparts): void {
  const unmatched = actionsOf(alarm).find(
    (arn) => Object.hasOwn(groups, groupOfPolicy(arn) ?? '') && !Object.hasOwn(policies, arn),
  )
  if (unmatched === undefined) return
  throw new ViridianError(
    'E_POLICY_UNMATCHED',
    `alarm ${alarm.AlarmName} acts by ${unmatched}, and no policy takes its place`,
    {
      hint: 'copy the policies of the group first, or take the action from the alarm',
      refused: true,
    },
  )
}
