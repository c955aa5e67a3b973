import { expect, it } from 'vitest'
import { type Inventory, likenessOf } from './likeness.ts'

/** A fleet behind an Application Load Balancer, beside one that was retired. */
function inventoryOf(name: string, id: string): Inventory {
  const arn = (kind: string): string => `arn:aws:elasticloadbalancing:us-east-1:1:${kind}/${name}/${id}`
  const [LoadBalancerArn, TargetGroupArn] = [arn('loadbalancer/app'), arn('targetgroup')]
  const group = {
    ...{ name, launchConfiguration: `${name}-v1`, launchTemplate: undefined, mixed: undefined },
    ...{
      sizes: [1, 1, 3],
      grace: 120,
      replacement: [false, 0],
      suspended: ['AZRebalance'],
      loadBalancers: [],
    },
    tags: { team: 'shop', 'viridian:run': name },
    targetGroups: [TargetGroupArn],
    settings: {
      ...{ cooldown: 300, healthCheck: 'ELB', subnets: 'subnet-1', metrics: [] },
      ...{ endsFirst: ['Default'], protects: false },
    },
    instances: ['i-1 InService Healthy'],
  }
  const AutoScalingGroupName = name
  return {
    ...{ instances: [], images: [], snapshots: [], configurations: [], templates: [], balancers: [] },
    groups: [{ ...group, name: 'retired', sizes: [0, 0, 3], instances: [] }, group],
    policies: [{ AutoScalingGroupName, PolicyName: 'out', ScalingAdjustment: 1 }],
    hooks: [{ AutoScalingGroupName, LifecycleHookName: 'drain', HeartbeatTimeout: 30 }],
    scheduled: [{ AutoScalingGroupName, ScheduledActionName: 'new-year', MinSize: 1 }],
    alarms: [
      {
        ...{ AlarmName: `busy--${name}`, ActionsEnabled: true, AlarmActions: [`arn:out/${name}`] },
        ...{ OKActions: [], MetricName: 'Requests', Metrics: undefined, Statistic: 'Sum', Period: 60 },
        ...{ EvaluationPeriods: 2, Threshold: 80, ComparisonOperator: 'GreaterThanThreshold' },
        Dimensions: [{ Name: 'LoadBalancer', Value: `app/${name}/${id}` }],
      },
    ],
    fronts: [
      {
        ...{ LoadBalancerArn, LoadBalancerName: name, Type: 'application', SecurityGroups: ['sg-1'] },
        ...{ attributes: { idle: '45' }, tags: { team: 'shop' } },
      },
    ],
    listeners: [{ LoadBalancerArn, Port: 80 }],
    rules: [{ RuleArn: `${arn('listener-rule/app')}/0/1`, Priority: '1' }],
    targetGroups: [
      {
        ...{ TargetGroupArn, TargetGroupName: name, LoadBalancerArns: [LoadBalancerArn], Port: 8080 },
        ...{ instances: ['i-1'], attributes: { delay: '30' }, tags: { team: 'shop' } },
      },
    ],
    records: [
      [
        {
          ...{ Name: 'www.', Type: 'A' },
          AliasTarget: { HostedZoneId: 'Z', DNSName: `${name}-7.us-east-1.elb.`, EvaluateTargetHealth: true },
        },
        { Name: 'api.', Type: 'A', SetIdentifier: 'one', Weight: 1 },
      ],
    ],
  }
}

const blue = (): Inventory => inventoryOf('web', '0123456789abcdef')

it('does not tell a copy from what was copied', () => {
  const green = inventoryOf('web--20261128-092631-8lm0-c61a2d1d361f', 'fedcba9876543210')
  expect(likenessOf(green)).toEqual(likenessOf(blue()))
})

it.each<[string, (all: Inventory) => void]>([
  ['suspended processes', ({ groups }) => groups[1]?.suspended.pop()],
  ['settings', ({ groups }) => Object.assign(groups[1]?.settings ?? {}, { cooldown: 60 })],
  ['tags', ({ groups }) => Object.assign(groups[1]?.tags ?? {}, { team: 'other' })],
  ['scaling policies', ({ policies }) => Object.assign(policies[0] ?? {}, { ScalingAdjustment: 2 })],
  ['lifecycle hooks', ({ hooks }) => hooks.pop()],
  ['scheduled actions', ({ scheduled }) => scheduled.pop()],
  ['alarms', ({ alarms }) => Object.assign(alarms[0] ?? {}, { Threshold: 81 })],
  ['load balancers', ({ fronts }) => Object.assign(fronts[0]?.attributes ?? {}, { idle: '60' })],
  ['load balancers', ({ fronts }) => Object.assign(fronts[0] ?? {}, { tags: {} })],
  ['listeners', ({ listeners }) => listeners.push({ ...listeners[0], Port: 443 })],
  ['rules', ({ rules }) => rules.pop()],
  ['target groups', ({ targetGroups }) => Object.assign(targetGroups[0]?.attributes ?? {}, { delay: '0' })],
  ['records', ({ records }) => Object.assign(records[0]?.[1] ?? {}, { Weight: 2 })],
])('sees a change of %s', (what, change) => {
  const changed = blue()
  change(changed)
  const [was, is] = [likenessOf(blue()), likenessOf(changed)]
  const different = Object.keys(was).filter((key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]))
  expect(different).toEqual([what])
})
