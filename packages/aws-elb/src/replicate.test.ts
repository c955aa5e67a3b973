import type { LoadBalancerDescription } from '@aws-sdk/client-elastic-load-balancing'
import { balancerName, type LoadBalancer } from '@viridian/aws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud } from '../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { createBalancer } from './classic/create-balancer.ts'
import { elb } from './index.ts'
import { openShop, shopTags } from './testing/shop.ts'

let cloud: FleetCloud
let blue: LoadBalancer[]
const traffic = elb()
/** As long as AWS lets a balancer's name be. */
const shop = 'a-shop-with-a-name-of-32-letters'

beforeAll(async () => {
  cloud = await openFleetCloud()
  await openShop(cloud, shop)
  blue = await traffic.describe(testSteps(cloud.context()), [shop, 'web'])
})

afterAll(async () => {
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

/** Everything that AWS says of a balancer, but for what tells one from another. */
async function seen(name: string) {
  const at = { LoadBalancerName: name }
  const { LoadBalancerDescriptions: [found] = [] } = await cloud.elb.describeLoadBalancers({
    LoadBalancerNames: [name],
  })
  const { LoadBalancerAttributes } = await cloud.elb.describeLoadBalancerAttributes(at)
  const { PolicyDescriptions = [] } = await cloud.elb.describeLoadBalancerPolicies(at)
  const own: (keyof LoadBalancerDescription)[] = [
    ...(['LoadBalancerName', 'DNSName', 'CanonicalHostedZoneName'] as const),
    ...(['CreatedTime', 'Instances', 'Policies'] as const),
  ]
  return {
    description: Object.fromEntries(
      Object.entries(found ?? {}).filter(([member]) => !own.some((each) => each === member)),
    ),
    attributes: LoadBalancerAttributes,
    // An attribute that is off and one that was never set are the same to AWS, and their order says nothing.
    policies: PolicyDescriptions.map(({ PolicyName, PolicyTypeName, PolicyAttributeDescriptions = [] }) => [
      PolicyName,
      PolicyTypeName,
      ...PolicyAttributeDescriptions.filter(({ AttributeValue }) => AttributeValue !== 'false')
        .map(({ AttributeName, AttributeValue }) => `${AttributeName}=${AttributeValue}`)
        .sort(),
    ]).sort(),
  }
}

async function tagsOf(name: string): Promise<Record<string, string>> {
  const { TagDescriptions: [found] = [] } = await cloud.elb.describeTags({ LoadBalancerNames: [name] })
  return Object.fromEntries((found?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))
}

async function names(): Promise<string[]> {
  const { LoadBalancerDescriptions = [] } = await cloud.elb.describeLoadBalancers()
  return LoadBalancerDescriptions.map(({ LoadBalancerName = '' }) => LoadBalancerName)
}

test('a balancer is found by its DNS name, however an alias writes it', async () => {
  const t = testSteps(cloud.context())
  const dnsName = blue[1]?.kind === 'classic' ? blue[1].dnsName : ''
  expect(await traffic.find(t, dnsName)).toEqual(blue[1])
  expect(await traffic.find(t, `dualstack.${dnsName.toUpperCase()}.`)).toEqual(blue[1])
})

test.each([
  ['gone-1.eu-west-1.elb.amazonaws.com', 'deleted'],
  ['web-1.us-east-1.elb.amazonaws.com.', 'us-east-1'],
  ['net-1.elb.eu-west-2.amazonaws.com', 'eu-west-2'],
  ['www.example.com', 'not one of Elastic Load Balancing'],
])('of %s it is said what it may be', async (dnsName, hint) => {
  const finding = traffic.find(testSteps(cloud.context()), dnsName)
  await expect(finding).rejects.toMatchObject({
    code: 'E_BALANCER_NOT_FOUND',
    hint: expect.stringContaining(hint),
  })
})

test('copies have every setting of their originals, and go with the undo', async () => {
  const before = await names()
  const t = testSteps(cloud.context())
  const green = await traffic.replicate(t, blue)
  const [copy = '', plain = ''] = green.balancers.map(balancerName)
  expect(green.names).toEqual({ [shop]: copy, web: plain })
  expect(copy).toMatch(/^a-shop-with-a-name-o-[0-9a-f]{11}$/)
  expect(plain).toMatch(/^web--20261123-/)
  expect(await seen(copy)).toEqual(await seen(shop))
  expect(await seen(plain)).toEqual(await seen('web'))
  const own = shopTags.filter(({ Key }) => !/^(aws|viridian):/.test(Key))
  expect(await tagsOf(copy)).toEqual({
    ...Object.fromEntries(own.map(({ Key, Value }) => [Key, Value])),
    'viridian:run': t.runId,
    'viridian:step': expect.stringContaining(t.runId),
  })
  expect(green.balancers).toEqual(await traffic.describe(testSteps(cloud.context()), [copy, plain]))
  const c = cloud.context()
  await traffic.compare(testSteps(c), blue, green.balancers)
  expect(c.events.filter(({ kind }) => kind === 'replica.compared')).toHaveLength(2)
  expect(await t.undo()).toEqual(t.taken.filter((title) => !title.startsWith('read ')).map(() => undefined))
  expect(await names()).toEqual(before)
})

test('a copy of a copy is named as the copy is', async () => {
  const t = testSteps(cloud.context())
  const first = await traffic.replicate(t, blue)
  const second = await traffic.replicate(t, first.balancers)
  const [long = '', short = ''] = second.balancers.map(balancerName)
  expect(long).toMatch(/^a-shop-with-a-name-o-[0-9a-f]{11}$/)
  expect(short).toMatch(/^web--20261123-154233-[0-9a-f]{11}$/)
  expect(new Set([...first.balancers, ...second.balancers].map(balancerName)).size).toBe(4)
  await t.undo()
})

test('every change whose answer is lost is found, and made once', async () => {
  const before = await names()
  const t = testSteps(cloud.context())
  await cloud.lose(
    ...['CreateLoadBalancer', 'ConfigureHealthCheck', 'ModifyLoadBalancerAttributes'],
    ...['CreateLoadBalancerPolicy', 'SetLoadBalancerPoliciesOfListener'],
    'SetLoadBalancerPoliciesForBackendServer',
  )
  const green = await traffic.replicate(t, blue.slice(0, 1))
  expect(await names()).toHaveLength(before.length + 1)
  await traffic.compare(t, blue.slice(0, 1), green.balancers)
  await cloud.lose('DeleteLoadBalancer')
  await t.undo()
  expect(await names()).toEqual(before)
})

/** A step's own functions, as the engine calls them after a crash. */
const creating = (token: string) => {
  const [balancer] = blue.slice(1)
  if (balancer?.kind !== 'classic') throw new Error('no balancer web')
  return { input: { balancer }, c: { ...cloud.context(), before: null, token } }
}

test('a copy is found by its name and tag, and left alone by the undo once the tag is gone', async () => {
  const { input, c } = creating('20261123-154233-k3f9-cccccccccccc')
  expect(await createBalancer.find(input, c)).toEqual({ status: 'absent' })
  const output = await createBalancer.run(input, c)
  expect(await createBalancer.find(input, c)).toEqual({ status: 'done', output })
  const at = { LoadBalancerNames: [balancerName(output)] }
  await cloud.elb.removeTags({ ...at, Tags: [{ Key: 'viridian:step' }] })
  expect(await createBalancer.find(input, c)).toEqual({ status: 'absent' })
  const left = { leftAlone: expect.stringContaining(balancerName(output)) }
  expect(await createBalancer.undo(input, { ...c, output })).toEqual(left)
  await cloud.elb.addTags({ ...at, Tags: [{ Key: 'viridian:step', Value: c.token }] })
  expect(await createBalancer.undo(input, { ...c, output })).toBeUndefined()
  expect(await createBalancer.undo(input, { ...c, output })).toBeUndefined()
  expect(await names()).not.toContain(balancerName(output))
})

test("a name that is somebody else's is refused, and theirs is left as it is", async () => {
  const { input, c } = creating('20261123-154233-k3f9-dddddddddddd')
  const output = await createBalancer.run(input, c)
  const LoadBalancerName = balancerName(output)
  const at = { LoadBalancerNames: [LoadBalancerName] }
  await cloud.elb.addTags({ ...at, Tags: [{ Key: 'viridian:step', Value: "another run's" }] })
  await expect(createBalancer.run(input, c)).rejects.toMatchObject({ code: 'E_NAME_TAKEN', refused: true })
  await cloud.elb.deleteLoadBalancer({ LoadBalancerName })
})

test('the copy of a balancer that is called internal- is not', async () => {
  await cloud.elb.createLoadBalancer({
    LoadBalancerName: 'internal-web',
    AvailabilityZones: ['eu-west-1a'],
    Listeners: [{ Protocol: 'TCP', LoadBalancerPort: 1080, InstancePort: 2222 }],
  })
  const t = testSteps(cloud.context())
  const { balancers } = await traffic.replicate(t, await traffic.describe(t, ['internal-web']))
  expect(balancers.map(balancerName)).toEqual([expect.stringMatching(/^web--/)])
  await t.undo()
})

const spoilt: [what: string, spoil: (LoadBalancerName: string) => Promise<unknown>, member: string][] = [
  [
    'health check',
    (LoadBalancerName) =>
      cloud.elb.configureHealthCheck({
        LoadBalancerName,
        HealthCheck: {
          Target: 'TCP:22',
          Interval: 6,
          Timeout: 3,
          HealthyThreshold: 2,
          UnhealthyThreshold: 4,
        },
      }),
    'HealthCheck.Target',
  ],
  [
    'draining',
    (LoadBalancerName) =>
      cloud.elb.modifyLoadBalancerAttributes({
        LoadBalancerName,
        LoadBalancerAttributes: { ConnectionDraining: { Enabled: false } },
      }),
    'ConnectionDraining.Enabled',
  ],
  [
    "a listener's policies",
    (LoadBalancerName) =>
      cloud.elb.setLoadBalancerPoliciesOfListener({
        LoadBalancerName,
        LoadBalancerPort: 18_081,
        PolicyNames: [],
      }),
    'ListenerDescriptions[0].PolicyNames',
  ],
  [
    'another policy',
    (LoadBalancerName) =>
      cloud.elb.createAppCookieStickinessPolicy({ LoadBalancerName, PolicyName: 'more', CookieName: 'x' }),
    'policy more: PolicyName',
  ],
  ['a tag', (name) => cloud.elb.removeTags({ LoadBalancerNames: [name], Tags: [{ Key: 'team' }] }), 'Tags'],
]

test.each(spoilt)('a copy that differs in its %s fails', async (_what, spoil, member) => {
  const t = testSteps(cloud.context())
  const { balancers } = await traffic.replicate(t, blue.slice(0, 1))
  const [copy] = balancers
  if (copy) await spoil(balancerName(copy))
  await expect(traffic.compare(t, blue.slice(0, 1), balancers)).rejects.toMatchObject({
    code: 'E_REPLICA_DIFFERS',
    message: expect.stringContaining(`balancer ${shop}: ${member} is`),
  })
  await t.undo()
})

test('originals without a copy are not passed over', async () => {
  const comparing = traffic.compare(testSteps(cloud.context()), blue, [])
  await expect(comparing).rejects.toMatchObject({ code: 'E_REPLICA_DIFFERS' })
})

test('a balancer is deleted for good, once, and not while it has instances', async () => {
  const t = testSteps(cloud.context())
  const { balancers } = await traffic.replicate(testSteps(cloud.context()), blue.slice(1))
  const [id = ''] = await cloud.launch(1)
  await traffic.register(testSteps(cloud.context()), balancers, [{ id }])
  await expect(traffic.remove(t, balancers)).rejects.toMatchObject({
    code: 'E_BALANCER_IN_USE',
    message: expect.stringContaining(id),
    refused: true,
  })
  await traffic.deregister(testSteps(cloud.context()), balancers, [{ id }])
  await cloud.lose('DeleteLoadBalancer')
  await traffic.remove(t, balancers)
  await traffic.remove(t, balancers)
  expect(await names()).not.toContain(balancers.map(balancerName)[0])
  const left = { leftAlone: expect.stringContaining('cannot be brought back') }
  expect(await t.undo()).toEqual([left, left])
})

test('a balancer that a group is bound to is not deleted, unless that group goes before', async () => {
  const t = testSteps(cloud.context())
  const { balancers } = await traffic.replicate(testSteps(cloud.context()), blue.slice(1))
  const bound = { AutoScalingGroupName: 'bound', LoadBalancerNames: balancers.map(balancerName) }
  const source = { LaunchConfigurationName: 'web-lc', AvailabilityZones: ['eu-west-1a'] }
  await cloud.scaling.createAutoScalingGroup({ ...bound, ...source, MinSize: 0, MaxSize: 0 })
  const refused = {
    code: 'E_BALANCER_IN_USE',
    message: expect.stringContaining('is bound to bound'),
    refused: true,
  }
  await expect(traffic.removable(t, balancers)).rejects.toMatchObject(refused)
  await expect(traffic.remove(t, balancers)).rejects.toMatchObject(refused)
  await traffic.removable(t, balancers, { without: [{ name: 'bound' }] })
  await cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: 'bound' })
  await traffic.removable(t, balancers)
  await traffic.remove(t, balancers)
  expect(await names()).not.toContain(balancers.map(balancerName)[0])
})
