import type { PutScalingPolicyType, StepAdjustment } from '@aws-sdk/client-auto-scaling'
import { atMost, oneOf, required, validationError, within } from '../constraint.ts'
import { adjustmentTypes, boundsOf } from './adjustment.ts'
import type { PolicySettings } from './scaling-policy.ts'
import { readTracking } from './target-tracking.ts'

const policyTypes = ['SimpleScaling', 'StepScaling', 'TargetTrackingScaling', 'PredictiveScaling'] as const

type PolicyType = (typeof policyTypes)[number]

/** Members that belong to some types of policies alone. */
const exclusive: Partial<Record<keyof PolicySettings, readonly PolicyType[]>> = {
  AdjustmentType: ['SimpleScaling', 'StepScaling'],
  MinAdjustmentMagnitude: ['SimpleScaling', 'StepScaling'],
  MinAdjustmentStep: ['SimpleScaling', 'StepScaling'],
  ScalingAdjustment: ['SimpleScaling'],
  Cooldown: ['SimpleScaling'],
  StepAdjustments: ['StepScaling'],
  MetricAggregationType: ['StepScaling'],
  EstimatedInstanceWarmup: ['StepScaling', 'TargetTrackingScaling'],
  TargetTrackingConfiguration: ['TargetTrackingScaling'],
  PredictiveScalingConfiguration: ['PredictiveScaling'],
}

/** Reads a policy from a request, with AWS's defaults and refusals. */
export function readPolicy(input: PutScalingPolicyType): PolicySettings {
  const { AutoScalingGroupName: _group, PolicyName: _name, ...given } = input
  const type = oneOf(given.PolicyType ?? 'SimpleScaling', 'policyType', policyTypes)
  refuseStrangers(given, type)
  const settings = { ...given, PolicyType: type, Enabled: given.Enabled ?? true }
  switch (type) {
    case 'SimpleScaling':
      readAdjustment(settings)
      readAmount(settings.AdjustmentType, required(settings.ScalingAdjustment, 'scalingAdjustment'))
      if (settings.Cooldown !== undefined) within(settings.Cooldown, 'cooldown', 0, 86_400)
      return settings
    case 'StepScaling': {
      readAdjustment(settings)
      const steps = required(settings.StepAdjustments, 'stepAdjustments')
      readSteps(steps)
      for (const { ScalingAdjustment } of steps) readAmount(settings.AdjustmentType, ScalingAdjustment ?? 0)
      const aggregation = settings.MetricAggregationType ?? 'Average'
      oneOf(aggregation, 'metricAggregationType', ['Minimum', 'Maximum', 'Average'])
      return { ...settings, MetricAggregationType: aggregation }
    }
    case 'TargetTrackingScaling': {
      const tracking = readTracking(
        required(settings.TargetTrackingConfiguration, 'targetTrackingConfiguration'),
      )
      return { ...settings, TargetTrackingConfiguration: tracking }
    }
    case 'PredictiveScaling':
      required(settings.PredictiveScalingConfiguration, 'predictiveScalingConfiguration')
      return settings
  }
}

function refuseStrangers(settings: PolicySettings, type: PolicyType): void {
  for (const [member, types] of Object.entries(exclusive)) {
    const value = Object.entries(settings).find(([name]) => name === member)?.[1]
    if (value === undefined || (Array.isArray(value) && value.length === 0) || types.includes(type)) continue
    throw validationError(`${member} is not supported for policy type ${type}`)
  }
}

function readAdjustment(settings: PolicySettings): void {
  const type = oneOf(required(settings.AdjustmentType, 'adjustmentType'), 'adjustmentType', adjustmentTypes)
  const { MinAdjustmentMagnitude: magnitude } = settings
  if (magnitude === undefined) return
  if (type !== 'PercentChangeInCapacity') {
    throw validationError('MinAdjustmentMagnitude is only supported for PercentChangeInCapacity')
  }
  within(magnitude, 'minAdjustmentMagnitude', 1, Number.MAX_SAFE_INTEGER)
}

function readAmount(type: string | undefined, amount: number): void {
  if (type === 'ExactCapacity') within(amount, 'scalingAdjustment', 0, Number.MAX_SAFE_INTEGER)
}

/** Steps lie side by side, and are open at the ends that lead away from the threshold. */
function readSteps(steps: readonly StepAdjustment[]): void {
  if (steps.length === 0) throw validationError('At least one StepAdjustment must be specified')
  atMost(steps, 'stepAdjustments', 20)
  const ordered = steps.map(boundsOf).sort((one, other) => one.lower - other.lower)
  for (const { lower, upper } of ordered) {
    if (lower === Number.NEGATIVE_INFINITY && upper === Number.POSITIVE_INFINITY) {
      throw validationError('At least one interval bound must be specified for a StepAdjustment')
    }
    if (lower >= upper)
      throw validationError('The lower bound of a StepAdjustment must be less than its upper bound')
  }
  for (const [index, { lower }] of ordered.entries()) {
    const before = ordered[index - 1]?.upper ?? lower
    if (before === lower) continue
    throw validationError(
      `StepAdjustment intervals can't ${before > lower ? 'overlap' : 'have gaps between them'}`,
    )
  }
  const [first, last] = [ordered[0], ordered.at(-1)]
  if (first !== undefined && first.lower < 0 && first.lower !== Number.NEGATIVE_INFINITY) {
    throw validationError('The lowest StepAdjustment below the threshold must have no lower bound')
  }
  if (last !== undefined && last.upper > 0 && last.upper !== Number.POSITIVE_INFINITY) {
    throw validationError('The highest StepAdjustment above the threshold must have no upper bound')
  }
}
