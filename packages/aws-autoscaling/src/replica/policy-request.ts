import type {
  PredictiveScalingConfiguration,
  PutScalingPolicyType,
  ScalingPolicy,
  TargetTrackingConfiguration,
} from '@aws-sdk/client-auto-scaling'
import { balancerLabel, copyOf, decoded } from '@viridian/aws'
import { ViridianError } from '@viridian/core'
import { policyFates } from './fates.ts'

/** What stands for what in the metrics of a policy, by the original's name; balancers of version 2 by their ARNs. */
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
 * Refuses a policy whose metric is of a target group that has no copy: the copy of the policy would follow the original's.
 *
 * @param balancers those of the fleet, by name or ARN
 * @throws ViridianError `E_POLICY_UNSUPPORTED`
 */
export function refuseUnmatched(policy: ScalingPolicy, balancers: readonly string[]): void {
  const { TargetTrackingConfiguration, PredictiveScalingConfiguration } = policy
  const own = new Set(balancers.map(balancerLabel))
  const said = JSON.stringify([TargetTrackingConfiguration, PredictiveScalingConfiguration])
  const [, label = ''] =
    [...said.matchAll(/"ResourceLabel":"([^"]*)"/g)].find(([, text = '']) =>
      partsOf(text).some((part) => !own.has(part)),
    ) ?? []
  if (label === '') return
  throw new ViridianError(
    'E_POLICY_UNSUPPORTED',
    `scaling policy ${policy.PolicyName} follows the requests of a target group that the group is not behind (${label})`,
    { hint: 'let it follow a target group of its own group, or delete it' },
  )
}

/** Of `app/web/50dc6c495c0c9188/targetgroup/web/943f017f100becff` the load balancer's and the target group's. */
const partsOf = (resourceLabel: string): string[] => resourceLabel.split(/\/(?=targetgroup\/)/)

// A configuration is plain JSON: no dates, no bytes.
function rename(configuration: object, { groups, balancers }: Renamed): unknown {
  const labels = new Map(
    Object.entries(balancers).map(([from, to]) => [balancerLabel(from), balancerLabel(to)]),
  )
  const renamed = (label: string): string => labels.get(label) ?? label
  return JSON.parse(JSON.stringify(configuration), (key, value: unknown) => {
    if (key === 'ResourceLabel' && typeof value === 'string') return partsOf(value).map(renamed).join('/')
    if (!isDimension(value)) return value
    const { Name, Value } = value
    if (Name === 'AutoScalingGroupName') return { ...value, Value: groups[Value] ?? Value }
    return balancerDimensions.includes(Name) ? { ...value, Value: renamed(Value) } : value
  })
}

/** Those that name a balancer: a classic one, one of version 2, a target group. */
const balancerDimensions = ['LoadBalancerName', 'LoadBalancer', 'TargetGroup']

const isDimension = (value: unknown): value is { Name: string; Value: string } =>
  typeof value === 'object' &&
  value !== null &&
  'Name' in value &&
  'Value' in value &&
  typeof value.Name === 'string' &&
  typeof value.Value === 'string'
