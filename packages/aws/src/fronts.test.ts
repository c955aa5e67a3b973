import { expect, test } from 'vitest'
import { balancerLabel, labelThing } from './balancer-labels.ts'
import { balancersOf, frontsOf } from './fronts.ts'
import { balancerKey, balancerThing, type LoadBalancer, type LoadBalancerV2 } from './load-balancer.ts'

const healthCheck = { target: 'TCP:80', interval: 5, timeout: 4, healthyThreshold: 2, unhealthyThreshold: 2 }
const arn = (end: string): string => `arn:aws:elasticloadbalancing:eu-west-1:123456789012:${end}`

const classic: LoadBalancer = {
  kind: 'classic',
  name: 'old',
  dnsName: 'old-1.eu-west-1.elb.amazonaws.com',
  zoneId: 'Z1',
  healthCheck,
  drainSeconds: 0,
}
const front = (name: string): LoadBalancerV2 => ({
  kind: 'application',
  arn: arn(`loadbalancer/app/${name}/1`),
  name,
  dnsName: `${name}-1.eu-west-1.elb.amazonaws.com`,
  zoneId: 'Z1',
})
const behind = (name: string, ...balancers: LoadBalancerV2[]): LoadBalancer => ({
  kind: 'targetGroup',
  arn: arn(`targetgroup/${name}/2`),
  name,
  protocol: 'HTTP',
  port: 80,
  healthCheck,
  drainSeconds: 0,
  slowStartSeconds: 0,
  balancers,
})

test('users come in at classic load balancers, and at those before target groups, each once', () => {
  const [page, api, admin] = [
    behind('page', front('web')),
    behind('api', front('web')),
    behind('admin', front('in')),
  ]
  const fronts = frontsOf([page, classic, api, admin, behind('idle')])
  expect(fronts.map(({ name }) => name)).toEqual(['web', 'old', 'in'])
  expect(fronts.map(balancersOf)).toEqual([[page, api], [classic], [admin]])
})

test('what metrics call a balancer is the end of its ARN, and tells what steps call it', () => {
  for (const balancer of [classic, behind('web'), front('web')])
    expect(labelThing(balancerLabel(balancerKey(balancer)))).toBe(balancerThing(balancer))
  expect(balancerLabel(balancerKey(front('web')))).toBe('app/web/1')
  expect(balancerLabel(balancerKey(behind('web')))).toBe('targetgroup/web/2')
})
