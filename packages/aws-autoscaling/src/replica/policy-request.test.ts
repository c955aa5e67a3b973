import type { ScalingPolicy } from '@aws-sdk/client-auto-scaling'
import { describe, expect, it } from 'vitest'
import { policyRequest, refuseUnmatched } from './policy-request.ts'

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

  const followingRequests = (ResourceLabel: string): ScalingPolicy => ({
    PolicyName: 'requests',
    TargetTrackingConfiguration: {
      TargetValue: 100,
      PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget', ResourceLabel },
    },
  })
  const arn = (end: string): string => `arn:aws:elasticloadbalancing:eu-west-1:123456789012:${end}`
  const balancers = {
    [arn('loadbalancer/app/web/1')]: arn('loadbalancer/app/web-green/3'),
    [arn('targetgroup/web/2')]: arn('targetgroup/web-green/4'),
  }

  it('follows the requests of the target group that takes the place of the original', () => {
    const policy = followingRequests('app/web/1/targetgroup/web/2')
    expect(policyRequest(policy, 'green', { groups: {}, balancers })).toMatchObject(
      followingRequests('app/web-green/3/targetgroup/web-green/4'),
    )
    const load = {
      MetricName: 'RequestCount',
      Namespace: 'AWS/ApplicationELB',
      Dimensions: [
        { Name: 'TargetGroup', Value: 'targetgroup/web/2' },
        { Name: 'LoadBalancer', Value: 'app/web/1' },
        { Name: 'Site', Value: 'app/web/1' },
      ],
    }
    expect(
      policyRequest(tracking(load), 'green', {
        groups: {},
        balancers,
      }).TargetTrackingConfiguration?.CustomizedMetricSpecification?.Dimensions?.map(({ Value }) => Value),
    ).toEqual(['targetgroup/web-green/4', 'app/web-green/3', 'app/web/1'])
  })

  it('is refused for the requests of a target group that has no copy', () => {
    const keys = Object.keys(balancers)
    for (const label of ['app/web/1/targetgroup/other/2', 'app/other/1/targetgroup/web/2'])
      expect(() => refuseUnmatched(followingRequests(label), keys)).toThrow(
        `scaling policy requests follows the requests of a target group that the group is not behind (${label})`,
      )
    expect(() => refuseUnmatched(followingRequests('app/web/1/targetgroup/web/2'), keys)).not.toThrow()
    expect(() => refuseUnmatched(tracking({ MetricName: 'busy' }), keys)).not.toThrow()
  })
})
