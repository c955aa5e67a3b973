import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { balancerName, type LoadBalancer, type LoadBalancerV2 } from '@viridian/aws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud } from '../../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../../aws/src/testing/test-steps.ts'
import { elb } from '../index.ts'
import { loadBalancerRef } from '../resource-ref.ts'
import { type FrontShop, openApplicationShop, openNetworkShop } from '../testing/front-shop.ts'
import { openWebAcl, type WebAcl } from '../testing/web-acls.ts'
import { createListener } from './copy-listeners.ts'
import { createLoadBalancer } from './create-load-balancer.ts'
import { createTargetGroup } from './create-target-group.ts'
import { associateWebAcl } from './web-acl.ts'

let cloud: FleetCloud
let acl: WebAcl
let client: ElasticLoadBalancingV2
let shop: FrontShop
let stream: FrontShop
let blue: LoadBalancer[]
let network: LoadBalancer[]
const traffic = elb()
/** As long as AWS lets a name be. */
const name = 'a-shop-with-a-name-of-32-letters'

const steps = () => testSteps(cloud.context())

beforeAll(async () => {
  cloud = await openFleetCloud()
  shop = await openApplicationShop(cloud, name)
  stream = await openNetworkShop(cloud, 'stream')
  client = shop.client
  acl = await openWebAcl(cloud, 'shop')
  await acl.guard(shop.arn)
  blue = await traffic.describe(steps(), shop.targetGroups)
  network = await traffic.describe(steps(), stream.targetGroups)
})

afterAll(async () => {
  acl.close()
  client.destroy()
  stream.client.destroy()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

/** The names of all load balancers of version 2 and all target groups. */
async function names(): Promise<string[]> {
  const { LoadBalancers = [] } = await client.describeLoadBalancers({})
  const { TargetGroups = [] } = await client.describeTargetGroups({})
  return [
    ...LoadBalancers.map(({ LoadBalancerName }) => `load balancer ${LoadBalancerName}`),
    ...TargetGroups.map(({ TargetGroupName }) => `target group ${TargetGroupName}`),
  ].sort()
}

/** Everything that AWS says of a load balancer and what belongs to it, but for what tells one from another. */
async function seen(front: string) {
  const arnless = (value: unknown, groups: ReadonlyMap<string, number>): unknown =>
    JSON.parse(
      JSON.stringify(value, (key, each) => {
        if (/^(ListenerArn|LoadBalancerArn|RuleArn|LoadBalancerArns|TargetGroupName)$/.test(key))
          return undefined
        return typeof each === 'string' && groups.has(each) ? `target group ${groups.get(each)}` : each
      }),
    )
  const { LoadBalancers: [balancer] = [] } = await client.describeLoadBalancers({ LoadBalancerArns: [front] })
  const { LoadBalancerName: _1, DNSName: _2, CreatedTime: _3, ...described } = balancer ?? {}
  const { TargetGroups = [] } = await client.describeTargetGroups({ LoadBalancerArn: front })
  const groups = new Map(
    TargetGroups.sort((one, other) => (`${one.HealthCheckPath}` < `${other.HealthCheckPath}` ? -1 : 1)).map(
      ({ TargetGroupArn = '' }, index) => [TargetGroupArn, index],
    ),
  )
  const { Listeners = [] } = await client.describeListeners({ LoadBalancerArn: front })
  const listeners = await Promise.all(
    Listeners.map(async (listener) => {
      const at = { ListenerArn: listener.ListenerArn }
      const { Rules = [] } = await client.describeRules(at)
      return {
        listener,
        attributes: (await client.describeListenerAttributes(at)).Attributes,
        certificates: (await client.describeListenerCertificates(at)).Certificates,
        tags: await tagsOf(listener.ListenerArn),
        rules: await Promise.all(Rules.map(async (rule) => ({ ...rule, tags: await tagsOf(rule.RuleArn) }))),
      }
    }),
  )
  const targetGroups = await Promise.all(
    TargetGroups.map(async (group) => ({
      ...group,
      tags: await tagsOf(group.TargetGroupArn),
      attributes: (await client.describeTargetGroupAttributes({ TargetGroupArn: group.TargetGroupArn }))
        .Attributes,
    })),
  )
  const { Attributes } = await client.describeLoadBalancerAttributes({ LoadBalancerArn: front })
  const { MinimumLoadBalancerCapacity: capacity } = await client.describeCapacityReservation({
    LoadBalancerArn: front,
  })
  const all = { described, capacity, Attributes, listeners, targetGroups, tags: await tagsOf(front) }
  return arnless(all, groups)
}

async function tagsOf(arn = ''): Promise<Record<string, string>> {
  const { TagDescriptions: [found] = [] } = await client.describeTags({ ResourceArns: [arn] })
  const own = (found?.Tags ?? []).filter(({ Key = '' }) => !/^(aws|viridian):/.test(Key))
  return Object.fromEntries(own.map(({ Key = '', Value = '' }) => [Key, Value]))
}

/** The load balancer of version 2 that users come in at. */
function frontOf(balancers: readonly LoadBalancer[]): LoadBalancerV2 {
  const [front] = balancers.flatMap((each) => (each.kind === 'targetGroup' ? each.balancers : []))
  if (!front) throw new Error('no load balancer')
  return front
}

const frontArn = (balancers: readonly LoadBalancer[]): string => frontOf(balancers).arn

test('a load balancer is found by its DNS name, with the target groups that it uses', async () => {
  const front = await traffic.find(steps(), `dualstack.${shop.dnsName.toUpperCase()}.`)
  expect(front).toMatchObject({ kind: 'application', arn: shop.arn, name, dnsName: shop.dnsName })
  expect(front.kind === 'application' && front.targetGroups.map(({ arn }) => arn).sort()).toEqual(
    [...shop.targetGroups].sort(),
  )
})

test('copies of an Application Load Balancer have every setting, and go with the undo', async () => {
  const before = await names()
  const t = steps()
  const green = await traffic.replicate(t, blue)
  const front = frontArn(green.balancers)
  expect(await seen(front)).toEqual(await seen(shop.arn))
  expect(await acl.guardOf(front)).toBe(acl.arn)
  expect(green.names).toEqual({
    [shop.targetGroups[0] ?? '']: expect.stringContaining(`/${green.balancers.map(balancerName)[0]}/`),
    [shop.targetGroups[1] ?? '']: expect.stringContaining(`/${green.balancers.map(balancerName)[1]}/`),
    [shop.arn]: front,
  })
  expect(green.balancers).toEqual(await traffic.describe(steps(), green.balancers.map(balancerName)))
  const c = cloud.context()
  await traffic.compare(testSteps(c), blue, green.balancers)
  expect(c.events.filter(({ kind }) => kind === 'replica.compared')).toHaveLength(1)
  expect(await t.undo()).toEqual(t.taken.filter((title) => !/^(read|see) /.test(title)).map(() => undefined))
  expect(await names()).toEqual(before)
})

test('copies of a Network Load Balancer have every setting, and a copy of a copy is named as the copy is', async () => {
  const t = steps()
  const first = await traffic.replicate(t, network)
  expect(await seen(frontArn(first.balancers))).toEqual(await seen(stream.arn))
  expect(t.taken).toContain(`see load balancer ${frontOf(first.balancers).name} active`)
  await traffic.compare(t, network, first.balancers)
  const second = await traffic.replicate(t, first.balancers)
  expect(second.balancers.map(balancerName)).toEqual([expect.stringMatching(/^stream--20261123-/)])
  expect(await seen(frontArn(second.balancers))).toEqual(await seen(stream.arn))
  await t.undo()
})

test('every change whose answer is lost is found, and made once', async () => {
  const before = await names()
  const t = steps()
  await cloud.lose(
    ...['CreateTargetGroup', 'ModifyTargetGroupAttributes', 'CreateLoadBalancer'],
    ...['ModifyLoadBalancerAttributes', 'CreateListener', 'ModifyListenerAttributes'],
    ...['AddListenerCertificates', 'CreateRule', 'AssociateWebACL', 'ModifyCapacityReservation'],
  )
  const green = await traffic.replicate(t, blue)
  expect(await seen(frontArn(green.balancers))).toEqual(await seen(shop.arn))
  await cloud.lose('ModifyLoadBalancerAttributes', 'DeleteLoadBalancer', 'DeleteTargetGroup')
  await t.undo(2)
  expect(await names()).toEqual(before)
})

test('what carries no tag of the step is not found, and left alone by the undo', async () => {
  const t = steps()
  const green = await traffic.replicate(t, network)
  const [copy] = green.balancers
  const arn = copy?.kind === 'targetGroup' ? copy.arn : ''
  await client.removeTags({ ResourceArns: [arn], TagKeys: ['viridian:step'] })
  const reports = await t.undo()
  expect(reports.filter((report) => report !== undefined)).toEqual([
    { leftAlone: `target group ${copy?.name}: it does not carry this step's tag` },
  ])
  await client.deleteTargetGroup({ TargetGroupArn: arn })
})

test('a step that a crash has cut off finds its work by the tag, and no other', async () => {
  const front = frontOf(network)
  const [group] = network
  if (group?.kind !== 'targetGroup') throw new Error('no network balancer')
  const c = { ...cloud.context(), before: null, token: '20261123-154233-k3f9-eeeeeeeeeeee' }
  const other = { ...c, token: '20261123-154233-k3f9-ffffffffffff' }
  const made = await createTargetGroup.run({ balancer: group }, c)
  expect(await createTargetGroup.find({ balancer: group }, c)).toEqual({ status: 'done', output: made })
  const copy = await createLoadBalancer.run({ balancer: front }, c)
  expect(await createLoadBalancer.find({ balancer: front }, c)).toEqual({ status: 'done', output: copy })
  expect(await createLoadBalancer.find({ balancer: front }, other)).toEqual({ status: 'absent' })
  const groups = { [group.arn]: made.arn }
  const input = { from: stream.listeners[19_580] ?? '', title: '', copy: loadBalancerRef(copy), groups }
  const listener = await createListener.run(input, c)
  expect(await createListener.find(input, c)).toEqual({ status: 'done', output: listener })
  expect(await createListener.find(input, other)).toEqual({ status: 'absent' })
  await createLoadBalancer.undo({ balancer: front }, { ...c, output: copy })
  await createTargetGroup.undo({ balancer: group }, { ...c, output: made })
})

test("a name that is somebody else's is refused, and theirs is left as it is", async () => {
  const [group] = network
  if (group?.kind !== 'targetGroup') throw new Error('no target group')
  const c = { ...cloud.context(), before: null, token: '20261123-154233-k3f9-abababababab' }
  const { arn: TargetGroupArn } = await createTargetGroup.run({ balancer: group }, c)
  const Tags = [{ Key: 'viridian:step', Value: "another run's" }]
  await client.addTags({ ResourceArns: [TargetGroupArn], Tags })
  await expect(createTargetGroup.run({ balancer: group }, c)).rejects.toMatchObject({
    code: 'E_NAME_TAKEN',
    hint: expect.stringContaining('aws elbv2 describe-tags --resource-arns arn:'),
    refused: true,
  })
  await client.deleteTargetGroup({ TargetGroupArn })
})

test('a load balancer that users of others share is refused ahead of any change', async () => {
  const before = await names()
  for (const refusing of [
    traffic.replicate(steps(), blue.slice(0, 1)),
    traffic.askable(steps(), blue.slice(0, 1)),
  ])
    await expect(refusing).rejects.toMatchObject({
      code: 'E_BALANCER_SHARED',
      message: `load balancer ${name} sends users to other target groups too: listener HTTPS at 18543 of ${name} to ${blue[1]?.name}`,
      hint: expect.stringContaining('deploy:bluegreen of the template instance-swap'),
      refused: true,
    })
  expect(await names()).toEqual(before)
})

test('a sign-in whose secret nobody can read is refused', async () => {
  const { Rules = [] } = await client.describeRules({ ListenerArn: shop.listeners[18_543] })
  const { RuleArn, Actions = [] } = Rules[0] ?? {}
  const signIn = {
    Type: 'authenticate-oidc' as const,
    Order: 1,
    AuthenticateOidcConfig: {
      Issuer: 'https://id.shop.test',
      AuthorizationEndpoint: 'https://id.shop.test/authorize',
      TokenEndpoint: 'https://id.shop.test/token',
      UserInfoEndpoint: 'https://id.shop.test/me',
      ClientId: 'shop',
      ClientSecret: 'hush',
    },
  }
  await client.modifyRule({ RuleArn, Actions: [signIn, ...Actions.map((each) => ({ ...each, Order: 2 }))] })
  await expect(traffic.replicate(steps(), blue)).rejects.toMatchObject({
    code: 'E_BALANCER_UNSUPPORTED',
    message: expect.stringContaining(`rule 10 of listener HTTPS at 18543 of ${name} signs users in`),
    refused: true,
  })
  await client.modifyRule({ RuleArn, Actions })
})

test('nothing is copied while nobody may ask for the web ACL', async () => {
  const refusal = { kind: 'refuse', status: 400, code: 'AccessDeniedException' }
  await cloud.fail([{ operation: 'GetWebACLForResource', ...refusal }])
  const before = await names()
  await expect(traffic.replicate(steps(), blue)).rejects.toMatchObject({
    code: 'E_WEB_ACL_UNKNOWN',
    hint: expect.stringContaining('wafv2:GetWebACLForResource'),
    refused: true,
  })
  expect(await names()).toEqual(before)
})

test('a web ACL is put in front of a load balancer once WAF knows this', async () => {
  const { balancers } = await traffic.replicate(steps(), blue)
  const copy = loadBalancerRef(frontOf(balancers))
  const c = { ...cloud.context(), before: null, token: '' }
  const refusal = { kind: 'refuse', status: 400, code: 'WAFUnavailableEntityException' }
  await cloud.fail([{ operation: 'AssociateWebACL', ...refusal }])
  const input = { webAcl: acl.arn, copy }
  await associateWebAcl.run(input, c)
  expect(c.said).toEqual([`WAF does not know load balancer ${copy.name} yet`])
  expect(await associateWebAcl.find(input, c)).toEqual({ status: 'done', output: null })
  await traffic.remove(steps(), balancers)
})
