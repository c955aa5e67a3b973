import { expect, test } from 'vitest'
import { Bindings, boundTo, isBoundTo } from './bound-balancers.ts'

const elbv2 = (name: string): string => `arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/${name}/2`
const lattice = 'arn:aws:vpc-lattice:eu-west-1:1:targetgroup/tg-1'

test('what a group is bound to is known once, however it is bound', () => {
  const group = Bindings.parse({
    LoadBalancerNames: ['one'],
    TargetGroupARNs: [elbv2('three')],
    TrafficSources: [
      { Identifier: 'one', Type: 'elb' },
      { Identifier: 'two' },
      { Identifier: elbv2('three'), Type: 'elbv2' },
      { Identifier: elbv2('four') },
      { Identifier: lattice, Type: 'vpc-lattice' },
    ],
  })
  const targetGroups = [elbv2('three'), elbv2('four')]
  expect(boundTo(group)).toEqual({ classic: ['one', 'two'], targetGroups, others: [lattice] })
  expect(isBoundTo(group, { kind: 'classic', name: 'two' })).toBe(true)
  expect(isBoundTo(group, { kind: 'targetGroup', name: 'two', arn: elbv2('two') })).toBe(false)
  expect(isBoundTo(group, { kind: 'targetGroup', name: 'four', arn: elbv2('four') })).toBe(true)
})

test('what does not say its type is told by its name', () => {
  const TrafficSources = [{ Identifier: 'web' }, { Identifier: elbv2('web') }, { Identifier: lattice }]
  expect(boundTo(Bindings.parse({ TrafficSources }))).toEqual({
    classic: ['web'],
    targetGroups: [elbv2('web')],
    others: [lattice],
  })
})
