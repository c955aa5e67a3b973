import type {
  PredictiveScalingConfiguration,
  PutScalingPolicyType,
  ScalingPolicy,
  TargetTrackingConfiguration,
} from '@aws-sdk/client-auto-scaling'
import { copyOf, decoded } from '@viridian/aws'
import { ViridianError } from '@viridian/core'
import { policyFates } from './fates.ts'

/** What stands for what in the dimensions of a policy's metrics, by the original's name. */
export interface Renamed {
  readonly groups: Readonly<Record<string, string>>
  readonly balancers: Readonly<Record<string, string>>
}

type Configurations = Pick<ScalingPolicy, 'TargetTrackingConfiguration' | 'PredictiveScalingConfiguration'>

/** What `PutScalingPolicy` takes for a policy's copy in another group. */
export function policyRequest(policy: ScalingPolicy, group: string, renamed: Renamed): PutScalingPolicyType {
  const { PolicyName, MinAdjustmentStep, MinAdjustmentMagnitude = MinAdjustmentStep } = policy
  return {
    ...copyOf(policy, policyFates),
    ...(MinAdjustmentMagnitude !== undefined && { MinAdjustmentMagnitude }),
    PolicyName,
    ...renamedConfigurations(policy, renamed),
    AutoScalingGroupName: group,
  }
}

/** The configurations of a policy, with dimensions that name the copy. */
export function renamedConfigurations(policy: Configurations, renamed: Renamed): Configurations {
  const { TargetTrackingConfiguration: tracking, PredictiveScalingConfiguration: predictive } = policy
  return {
    ...(tracking && {
      TargetTrackingConfiguration: decoded<TargetTrackingConfiguration>().parse(rename(tracking, renamed)),
    }),
    ...(predictive && {
      PredictiveScalingConfiguration: decoded<PredictiveScalingConfiguration>().parse(
        rename(predictive, renamed),
      ),
    }),
  }
}

/**
 * Refuses a policy whose metric is one of a target group: AWS names it by a label of its own.
 *
 * @throws ViridianError `E_POLICY_UNSUPPORTED`
 */
export function refuseUnsupported(policy: ScalingPolicy): void {
  const { TargetTrackingConfiguration, PredictiveScalingConfiguration } = policy
  const said = JSON.stringify([TargetTrackingConfiguration, PredictiveScalingConfiguration])
  const label = /"ResourceLabel":"([^"]*)"/.exec(said)?.[1]
  if (label === undefined) return
  throw new ViridianError(
    'E_POLICY_UNSUPPORTED',
    `scaling policy ${policy.PolicyName} follows the requests of a target group (${label})`,
    { hint: 'this version copies policies of groups behind classic load balancers only' },
  )
}

// A configuration is plain JSON: no dates, no bytes.
const rename = (configuration: object, { groups, balancers }: Renamed): unknown =>
  JSON.parse(JSON.stringify(configuration), (_key, value: unknown) => {
    if (!isDimension(value)) return value
    const names =
      value.Name === 'AutoScalingGroupName' ? groups : value.Name === 'LoadBalancerName' ? balancers : {}
    return { ...value, Value: names[value.Value] ?? value.Value }
  })

const isDimension = (value: unknown): value is { Name: string; Value: string } =>
  typeof value === 'object' &&
  value !== null &&
  'Name' in value &&
  'Value' in value &&
  typeof value.Name === 'string' &&
  typeof value.Value === 'string'
