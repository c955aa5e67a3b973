import type { PutScalingPolicyType, ScalingPolicy } from '@aws-sdk/client-auto-scaling'
import type { Alarms } from '../cloudwatch/alarms.ts'

/** What a policy was given, in the API's own form, with AWS's defaults. */
export type PolicySettings = Omit<PutScalingPolicyType, 'AutoScalingGroupName' | 'PolicyName'>

/** A scaling policy as the store keeps it: plain JSON. */
export interface Policy {
  readonly name: string
  readonly group: string
  readonly arn: string
  settings: PolicySettings
  /** The names of a target-tracking policy's own alarms. */
  alarms: { readonly high?: string; readonly low?: string }
}

/** A policy as DescribePolicies shows it, with every alarm that names it. */
export function describePolicy(policy: Policy, alarms: Alarms): ScalingPolicy {
  return {
    ...policy.settings,
    AutoScalingGroupName: policy.group,
    PolicyName: policy.name,
    PolicyARN: policy.arn,
    StepAdjustments: policy.settings.StepAdjustments ?? [],
    Alarms: alarms.naming(policy.arn).map(({ name, arn }) => ({ AlarmName: name, AlarmARN: arn })),
  }
}
