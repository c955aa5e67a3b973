import type { LoadBalancer } from '@viridian/aws'
import type { Found } from '@viridian/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud } from '../../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../../aws/src/testing/test-steps.ts'
import { elb } from '../index.ts'
import { type LoadBalancerRef, loadBalancerRef } from '../resource-ref.ts'
import { type FrontShop, openApplicationShop, openNetworkShop } from '../testing/front-shop.ts'
import { openWebAcl } from '../testing/web-acls.ts'
import { reserveCapacity } from './capacity.ts'
import { copyAttributes } from './copy-attributes.ts'
import { addCertificate, createListener, createRule } from './copy-listeners.ts'
import { createLoadBalancer } from './create-load-balancer.ts'
import { setDeletionProtection } from './deletion-protection.ts'
import { trustPrivateLink } from './private-link.ts'
import { associateWebAcl } from './web-acl.ts'

let cloud: FleetCloud
let shop: FrontShop
let stream: FrontShop
const traffic = elb()

beforeAll(async () => {
  cloud = await openFleetCloud()
  shop = await openApplicationShop(cloud, 'shop')
  stream = await openNetworkShop(cloud, 'stream')
})

afterAll(async () => {
  shop.client.destroy()
  stream.client.destroy()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

const changing = () => ({ ...cloud.context(), before: null, token: '20261123-154233-k3f9-cccccccccccc' })

/** An empty copy of the load balancer behind which these target groups are. */
async function emptyCopy({ targetGroups }: FrontShop): Promise<LoadBalancerRef> {
  const balancers = await traffic.describe(testSteps(cloud.context()), targetGroups)
  const [front] = balancers.flatMap((each: LoadBalancer) =>
    each.kind === 'targetGroup' ? each.balancers : [],
  )
  if (!front) throw new Error('no load balancer')
  return loadBalancerRef(await createLoadBalancer.run({ balancer: front }, changing()))
}

const statusesOf = async (found: readonly Promise<Found<unknown>>[]): Promise<string[]> =>
  (await Promise.all(found)).map(({ status }) => status)

test('a part that a copy lacks, or has from somebody else, is not found', async () => {
  const { client } = shop
  const copy = await emptyCopy(shop)
  const network = await emptyCopy(stream)
  const from = shop.listeners[18_543] ?? ''
  const { Certificates = [] } = await client.describeListenerCertificates({ ListenerArn: from })
  const [mine = '', theirs = ''] = Certificates.flatMap(({ IsDefault, CertificateArn = '' }) =>
    IsDefault ? [] : [CertificateArn],
  )
  const { Rules: [rule] = [] } = await client.describeRules({ ListenerArn: from })
  const groups = Object.fromEntries(shop.targetGroups.map((arn) => [arn, arn]))
  const routing = { title: '', copy, groups }

  const { Listeners: [other] = [] } = await client.createListener({
    LoadBalancerArn: copy.arn,
    Protocol: 'HTTPS',
    Port: 18_544,
    Certificates: Certificates.flatMap(({ IsDefault, CertificateArn }) =>
      IsDefault ? [{ CertificateArn }] : [],
    ),
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
  })
  const listener = other?.ListenerArn ?? ''
  const certificates = { ListenerArn: listener, Certificates: [{ CertificateArn: theirs }] }
  await client.addListenerCertificates(certificates)
  const acl = await openWebAcl(cloud, 'theirs')
  await acl.guard(copy.arn)
  acl.close()
  const MinimumLoadBalancerCapacity = { CapacityUnits: 200 }
  await client.modifyCapacityReservation({ LoadBalancerArn: copy.arn, MinimumLoadBalancerCapacity })

  const c = changing()
  const unprotected = { ...c, before: { enabled: false } }
  const find = () =>
    statusesOf([
      copyAttributes.find({ of: 'LoadBalancer', from: shop.arn, to: copy.arn, copy, title: '' }, c),
      addCertificate.find({ from: mine, title: '', copy, listener }, c),
      createListener.find({ ...routing, from }, c),
      createRule.find({ ...routing, from: rule?.RuleArn ?? '', listener }, c),
      associateWebAcl.find({ webAcl: 'arn:aws:wafv2:::regional/webacl/shop/1', copy }, c),
      reserveCapacity.find({ copy, units: 100 }, c),
      setDeletionProtection.find({ balancer: copy, enabled: true }, unprotected),
      trustPrivateLink.find({ copy: network }, c),
    ])
  expect(await find()).toEqual(Array(8).fill('absent'))
})

test('deletion protection is given back by the undo, unless the load balancer is gone', async () => {
  const { client, arn: LoadBalancerArn } = shop
  const balancer = { kind: 'application', arn: LoadBalancerArn, name: 'shop' } as const
  const isProtected = async (): Promise<boolean> => {
    const { Attributes = [] } = await client.describeLoadBalancerAttributes({ LoadBalancerArn })
    return Attributes.some(({ Key, Value }) => Key === 'deletion_protection.enabled' && Value === 'true')
  }
  const t = testSteps(cloud.context())
  await t.step(setDeletionProtection, { balancer, enabled: false })
  expect(await isProtected()).toBe(false)
  await t.undo(2)
  expect(await isProtected()).toBe(true)
  await t.step(setDeletionProtection, { balancer, enabled: false })
  await client.deleteLoadBalancer({ LoadBalancerArn })
  await t.step(setDeletionProtection, { balancer, enabled: false })
  expect(await t.undo()).toEqual([undefined, undefined])
})
