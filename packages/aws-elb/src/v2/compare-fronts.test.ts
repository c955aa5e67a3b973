import type { LoadBalancer } from '@viridian/aws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud } from '../../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../../aws/src/testing/test-steps.ts'
import { elb } from '../index.ts'
import { type FrontShop, openApplicationShop } from '../testing/front-shop.ts'
import { openWebAcl, type WebAcl } from '../testing/web-acls.ts'

let cloud: FleetCloud
let acl: WebAcl
let shop: FrontShop
let blue: LoadBalancer[]
let green: LoadBalancer[]
/** The copy's ARN, and the ARN of its HTTPS listener. */
let LoadBalancerArn: string
let ListenerArn: string
const traffic = elb()
const Port = 18_543

beforeAll(async () => {
  cloud = await openFleetCloud()
  shop = await openApplicationShop(cloud, 'shop')
  acl = await openWebAcl(cloud, 'shop')
  await acl.guard(shop.arn)
  const t = testSteps(cloud.context())
  blue = await traffic.describe(t, shop.targetGroups)
  green = (await traffic.replicate(t, blue)).balancers
  LoadBalancerArn = green.flatMap((each) => (each.kind === 'targetGroup' ? each.balancers : []))[0]?.arn ?? ''
  const { Listeners = [] } = await shop.client.describeListeners({ LoadBalancerArn })
  ListenerArn = Listeners.find((each) => each.Port === Port)?.ListenerArn ?? ''
})

afterAll(async () => {
  acl.close()
  shop.client.destroy()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

const compared = () => traffic.compare(testSteps(cloud.context()), blue, green)

const groupArn = (): string => (green[1]?.kind === 'targetGroup' ? green[1].arn : '')

async function ruleAt(priority: number): Promise<string> {
  const { Rules = [] } = await shop.client.describeRules({ ListenerArn })
  return Rules.find(({ Priority }) => Priority === `${priority}`)?.RuleArn ?? ''
}

const spoilt: [what: string, spoil: () => Promise<() => Promise<unknown>>, said: string][] = [
  [
    'attributes',
    async () => {
      const set = (Value: string) =>
        shop.client.modifyLoadBalancerAttributes({
          LoadBalancerArn,
          Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value }],
        })
      await set('20')
      return () => set('75')
    },
    'load balancer shop: idle_timeout.timeout_seconds is "20", and should be "75"',
  ],
  [
    'protection',
    async () => {
      const set = (Value: string) =>
        shop.client.modifyLoadBalancerAttributes({
          LoadBalancerArn,
          Attributes: [{ Key: 'deletion_protection.enabled', Value }],
        })
      await set('false')
      return () => set('true')
    },
    'load balancer shop: deletion_protection.enabled is "false"',
  ],
  [
    'web ACL',
    async () => {
      const other = await openWebAcl(cloud, 'other')
      await other.guard(LoadBalancerArn)
      other.close()
      return () => acl.guard(LoadBalancerArn)
    },
    'load balancer shop: WebACL is',
  ],
  [
    'reserved capacity',
    async () => {
      await shop.client.modifyCapacityReservation({ LoadBalancerArn, ResetCapacityReservation: true })
      const MinimumLoadBalancerCapacity = { CapacityUnits: 100 }
      return () => shop.client.modifyCapacityReservation({ LoadBalancerArn, MinimumLoadBalancerCapacity })
    },
    'load balancer shop: CapacityUnits is none, and should be 100',
  ],
  [
    "a target group's health check",
    async () => {
      const set = (HealthCheckPath: string) =>
        shop.client.modifyTargetGroup({ TargetGroupArn: groupArn(), HealthCheckPath })
      await set('/other')
      return () => set('/health/cart')
    },
    'target group shop-cart: HealthCheckPath is "/other", and should be "/health/cart"',
  ],
  [
    'weights',
    async () => {
      const at = { ListenerArn }
      const { DefaultActions = [] } =
        (await shop.client.describeListeners({ ListenerArns: [ListenerArn] })).Listeners?.[0] ?? {}
      await shop.client.modifyListener({
        ...at,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: groupArn() }],
      })
      return () => shop.client.modifyListener({ ...at, DefaultActions })
    },
    'load balancer shop: listener at 18543: DefaultActions[0].ForwardConfig.TargetGroupStickinessConfig.Enabled is false, and should be true',
  ],
  [
    'what its clients have to show',
    async () => {
      const { Listeners: [listener] = [] } = await shop.client.describeListeners({
        ListenerArns: [ListenerArn],
      })
      const MutualAuthentication = listener?.MutualAuthentication
      await shop.client.modifyListener({ ListenerArn, MutualAuthentication: { Mode: 'off' } })
      return () => shop.client.modifyListener({ ListenerArn, MutualAuthentication })
    },
    'load balancer shop: listener at 18543: MutualAuthentication.Mode is',
  ],
  [
    'certificates',
    async () => {
      const { Certificates = [] } = await shop.client.describeListenerCertificates({ ListenerArn })
      const other = Certificates.filter(({ IsDefault }) => !IsDefault).slice(0, 1)
      const gone = other.map(({ CertificateArn }) => ({ CertificateArn }))
      await shop.client.removeListenerCertificates({ ListenerArn, Certificates: gone })
      return () => shop.client.addListenerCertificates({ ListenerArn, Certificates: gone })
    },
    'load balancer shop: listener at 18543: SniCertificates is',
  ],
  [
    "a rule's place",
    async () => {
      const RuleArn = await ruleAt(20)
      const move = (Priority: number) =>
        shop.client.setRulePriorities({ RulePriorities: [{ RuleArn, Priority }] })
      await move(25)
      return () => move(20)
    },
    'load balancer shop: listener at 18543: rule 20: Conditions is none',
  ],
  [
    "a rule's tags",
    async () => {
      const ResourceArns = [await ruleAt(10)]
      await shop.client.addTags({ ResourceArns, Tags: [{ Key: 'team', Value: 'other' }] })
      return () => shop.client.addTags({ ResourceArns, Tags: [{ Key: 'team', Value: 'team of shop' }] })
    },
    '.Value is "other", and should be "team of shop"',
  ],
]

test('a copy is as its original', () => compared())

test.each(spoilt)('a copy that differs in its %s fails', async (_what, spoil, said) => {
  const mend = await spoil()
  await expect(compared()).rejects.toMatchObject({
    code: 'E_REPLICA_DIFFERS',
    message: expect.stringContaining(said),
  })
  await mend()
})

test('a copy that has a listener more fails', async () => {
  const { Listeners: [extra] = [] } = await shop.client.createListener({
    LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 18_581,
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
  })
  await expect(compared()).rejects.toMatchObject({
    code: 'E_REPLICA_DIFFERS',
    message: expect.stringContaining('load balancer shop: listener at 18581: Port is 18581'),
  })
  await shop.client.deleteListener({ ListenerArn: extra?.ListenerArn })
})

test('once it is mended again it is', () => compared())

test('originals without a copy are not passed over', async () => {
  const t = testSteps(cloud.context())
  for (const copies of [[], green.slice(0, 1), [...green, ...blue]])
    await expect(traffic.compare(t, blue, copies)).rejects.toMatchObject({ code: 'E_REPLICA_DIFFERS' })
  const unused = green.map((each) => (each.kind === 'targetGroup' ? { ...each, balancers: [] } : each))
  await expect(traffic.compare(t, blue, unused)).rejects.toMatchObject({ code: 'E_BALANCER_UNUSED' })
})
