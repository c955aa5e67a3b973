import type { ScalingPolicy } from '@aws-sdk/client-auto-scaling'
import { describe, expect, it } from 'vitest'
import { policyRequest, refuseUnsupported } from './policy-request.ts'

const renamed = { groups: { web: 'web--1' }, balancers: { web: 'web-2' } }

const tracking = (CustomizedMetricSpecification: object): ScalingPolicy => ({
  AutoScalingGroupName: 'web',
  PolicyName: 'follow',
  PolicyARN: 'arn:1',
  PolicyType: 'TargetTrackingScaling',
  TargetTrackingConfiguration: { TargetValue: 60, DisableScaleIn: true, CustomizedMetricSpecification },
  Alarms: [{ AlarmName: 'TargetTracking-web' }],
  StepAdjustments: [],
  Enabled: true,
})

describe("a policy's copy", () => {
  it('has every field, and dimensions that name the copy', () => {
    const dimensions = [
      { Name: 'AutoScalingGroupName', Value: 'web' },
      { Name: 'LoadBalancerName', Value: 'web' },
      { Name: 'Service', Value: 'web' },
    ]
    const request = policyRequest(tracking({ MetricName: 'busy', Dimensions: dimensions }), 'web--1', renamed)
    expect(request).toEqual({
      AutoScalingGroupName: 'web--1',
      PolicyName: 'follow',
      PolicyType: 'TargetTrackingScaling',
      Enabled: true,
      TargetTrackingConfiguration: {
        TargetValue: 60,
        DisableScaleIn: true,
        CustomizedMetricSpecification: {
          MetricName: 'busy',
          Dimensions: [
            { Name: 'AutoScalingGroupName', Value: 'web--1' },
            { Name: 'LoadBalancerName', Value: 'web-2' },
            { Name: 'Service', Value: 'web' },
          ],
        },
      },
    })
  })

  it('reaches into metric maths', () => {
    const metric = { MetricName: 'busy', Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'web' }] }
    const maths = { Metrics: [{ Id: 'm1', MetricStat: { Metric: metric, Stat: 'Average' } }] }
    const request = JSON.stringify(policyRequest(tracking(maths), 'web--1', renamed))
    expect(request).toContain('{"Name":"AutoScalingGroupName","Value":"web--1"}')
    expect(request).not.toContain('"web"')
  })

  it('says the least step by the name that it has now', () => {
    const step: ScalingPolicy = { PolicyName: 'in', PolicyType: 'StepScaling', MinAdjustmentStep: 2 }
    expect(policyRequest(step, 'web--1', renamed)).toMatchObject({ MinAdjustmentMagnitude: 2 })
  })

  it('is refused for the requests of a target group', () => {
    const policy: ScalingPolicy = {
      PolicyName: 'requests',
      TargetTrackingConfiguration: {
        TargetValue: 100,
        PredefinedMetricSpecification: {
          PredefinedMetricType: 'ALBRequestCountPerTarget',
          ResourceLabel: 'app/web/1/targetgroup/web/2',
        },
      },
    }
    expect(() => refuseUnsupported(policy)).toThrow(
      'scaling policy requests follows the requests of a target group (app/web/1/targetgroup/web/2)',
    )
    expect(() => refuseUnsupported(tracking({ MetricName: 'busy' }))).not.toThrow()
  })
})
