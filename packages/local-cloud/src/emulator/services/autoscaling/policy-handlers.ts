import type { Alarms } from '../cloudwatch/alarms.ts'
import { named, validationError, within } from '../constraint.ts'
import { pageOf } from '../page.ts'
import { adjustmentTypes } from './adjustment.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { refuseDeleting } from './group-handlers.ts'
import { invalidToken } from './launch-configuration.ts'
import type { PolicyActions } from './policy-action.ts'
import type { PolicyBook } from './policy-book.ts'
import { readPolicy } from './policy-input.ts'
import { describePolicy, type Policy } from './scaling-policy.ts'
import { trackByAlarms, untrack } from './target-tracking.ts'

/** What the operations on policies stand on. */
export interface PolicyParts {
  readonly book: GroupBook
  readonly policies: PolicyBook
  readonly actions: PolicyActions
  readonly alarms: Alarms
}

/** The operations on scaling policies. Predictive ones are kept and shown, but predict nothing here. */
export function policyHandlers({ book, policies, actions, alarms }: PolicyParts): AutoScalingHandlers {
  return {
    PutScalingPolicy(input) {
      const group = book.find(input.AutoScalingGroupName)
      refuseDeleting(group)
      const name = named(input.PolicyName, 'policyName')
      const policy = policies.put(group, name, readPolicy(input))
      trackByAlarms(policy, alarms)
      policies.save()
      return { PolicyARN: policy.arn, Alarms: describePolicy(policy, alarms).Alarms }
    },
    DescribePolicies(input) {
      const group = input.AutoScalingGroupName
      if (group !== undefined) book.find(group)
      const names = input.PolicyNames ?? []
      const types = input.PolicyTypes ?? []
      const all = (group === undefined ? policies.all() : policies.of(group))
        .filter(({ name, arn }) => names.length === 0 || names.includes(name) || names.includes(arn))
        .filter(({ settings }) => types.length === 0 || types.includes(settings.PolicyType ?? ''))
      const size = within(input.MaxRecords ?? 50, 'maxRecords', 1, 100)
      const page = pageOf(all, size, input.NextToken, invalidToken)
      return {
        ScalingPolicies: page.items.map((policy) => describePolicy(policy, alarms)),
        ...(page.next === undefined ? {} : { NextToken: page.next }),
      }
    },
    DeletePolicy(input) {
      if (input.AutoScalingGroupName !== undefined) book.find(input.AutoScalingGroupName)
      const policy = policies.find(input.AutoScalingGroupName, input.PolicyName)
      dropPolicy(policy, policies, alarms, 'stay')
      return {}
    },
    ExecutePolicy(input) {
      const policy = policies.find(input.AutoScalingGroupName, input.PolicyName)
      const { MetricValue: value, BreachThreshold: threshold, HonorCooldown: honor = false } = input
      const isStep = policy.settings.PolicyType === 'StepScaling'
      if (!isStep && (value ?? threshold) !== undefined) {
        throw validationError(
          'MetricValue and BreachThreshold are only supported for policies of type StepScaling',
        )
      }
      const breach = value === undefined || threshold === undefined ? undefined : value - threshold
      actions.execute(policy, breach, honor)
      return {}
    },
    DescribeAdjustmentTypes: () => ({
      AdjustmentTypes: adjustmentTypes.map((AdjustmentType) => ({ AdjustmentType })),
    }),
  }
}

/** Lets a policy go, its own alarms with it; alarms that named it stay without it, or go when nothing else is left. */
export function dropPolicy(
  policy: Policy,
  policies: PolicyBook,
  alarms: Alarms,
  emptied: 'stay' | 'go',
): void {
  untrack(policy, alarms)
  alarms.forget(policy.arn, emptied)
  policies.remove(policy)
}
