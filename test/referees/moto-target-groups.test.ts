import { type Cloud, openCloud } from '@viridian/local-cloud/emulator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Moto } from './moto.ts'
import { Python } from './python.ts'

const reasons: unknown[] = []
let python: Python
let moto: Moto
let cloud: Cloud

beforeAll(async () => {
  python = await Python.open()
  moto = await Moto.start(python)
  cloud = await openCloud({ timeScale: 0.05, report: (error) => reasons.push(error) })
}, 300_000)

afterAll(async () => {
  await moto.close()
  await cloud.close()
})

/** What moto does otherwise than AWS, and where that is seen. What moto says nothing of is not compared. */
const known: Readonly<Record<string, readonly string[]>> = {
  'it lets another request of the same name or port change nothing, and answers it': [
    'CreateListener again, another: Listeners',
    'CreateLoadBalancer again, another: LoadBalancers',
  ],
  'it has Application Load Balancers in one zone': ['CreateLoadBalancer in one zone: LoadBalancers'],
  'it has one hosted zone, which is an example, and ARNs of one kind': [
    'CreateLoadBalancer of type network: CanonicalHostedZoneId',
    'CreateLoadBalancer of type network: LoadBalancerArn',
    'CreateLoadBalancer: CanonicalHostedZoneId',
  ],
  'its zones have no list of addresses, and no balancer has a security group that it was not given': [
    'CreateLoadBalancer of type network: AvailabilityZones',
    'CreateLoadBalancer of type network: SecurityGroups',
    'CreateLoadBalancer: AvailabilityZones',
    'CreateLoadBalancer: SecurityGroups',
  ],
  'it gives plain listeners what belongs to TLS': ['CreateListener: AlpnPolicy', 'CreateListener: SslPolicy'],
  'it shows actions and conditions in the form that they were given in, and not in both': [
    'CreateListener: DefaultActions',
    'CreateRule: Actions',
    'CreateRule: Conditions',
    'DescribeRules of a new listener: Actions',
    'SetRulePriorities: Actions',
    'SetRulePriorities: Conditions',
  ],
  'its default rules have decimal ids, and break when they are to be deleted': [
    'DeleteRule of the default',
    'DescribeRules of a new listener: RuleArn',
  ],
  'a balancer with two listeners is named twice': ['DescribeTargetGroups: LoadBalancerArns'],
  'a target that is not registered is at port 80': [
    'DescribeTargetHealth, not registered: HealthCheckPort',
    'DescribeTargetHealth, not registered: Target',
  ],
  'it takes attributes of any name, and gives groups those of balancers and of other protocols': [
    'ModifyTargetGroupAttributes of none: Attributes',
    "a TCP group's attribute: load_balancing.algorithm.type",
    "a TCP group's attribute: slow_start.duration_seconds",
    "a TCP group's attribute: waf.fail_open.enabled",
    "a group's attribute: waf.fail_open.enabled",
  ],
  'no balancer goes across zones by itself': ["a balancer's attribute: load_balancing.cross_zone.enabled"],
}

it('target groups and their load balancers are those of moto, but for what is known', async () => {
  const seenAt = async (access: typeof moto.direct) => {
    const lines = await python.report('both_target_groups.py', access)
    return new Map(lines.map(({ case: name, seen }) => [String(name), JSON.stringify(seen)]))
  }
  const [here, there] = await Promise.all([seenAt(cloud), seenAt(moto.direct)])
  const found = [...there].filter(([name, seen]) => here.get(name) !== seen).map(([name]) => name)
  expect(found.sort()).toEqual(Object.values(known).flat().sort())
  expect(there.size - found.length).toBeGreaterThan(50)
  expect(reasons).toEqual([])
}, 120_000)
