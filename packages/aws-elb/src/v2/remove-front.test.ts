import type { LoadBalancer } from '@viridian/aws'
import type { Going } from '@viridian/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud } from '../../../aws/src/testing/fleet-cloud.ts'
import { nothingGoes, plain } from '../../../aws/src/testing/leftovers.ts'
import { testSteps } from '../../../aws/src/testing/test-steps.ts'
import { elb } from '../index.ts'
import { leftBalancers } from '../left-balancers.ts'
import { leftTargetGroups } from '../left-target-groups.ts'
import { takeAway } from '../remove-balancer.ts'
import { refOf } from '../resource-ref.ts'
import { type FrontShop, openApplicationShop } from '../testing/front-shop.ts'

let cloud: FleetCloud
let shop: FrontShop
let blue: LoadBalancer[]
const traffic = elb()

const steps = () => testSteps(cloud.context())

beforeAll(async () => {
  cloud = await openFleetCloud()
  shop = await openApplicationShop(cloud, 'shop')
  // As its owner has made it: no run has.
  await shop.client.removeTags({
    ResourceArns: [shop.arn, ...shop.targetGroups],
    TagKeys: ['viridian:run', 'viridian:step'],
  })
  blue = await traffic.describe(steps(), shop.targetGroups)
})

afterAll(async () => {
  shop.client.destroy()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

async function names(): Promise<string[]> {
  const { LoadBalancers = [] } = await shop.client.describeLoadBalancers({})
  const { TargetGroups = [] } = await shop.client.describeTargetGroups({})
  return [
    ...LoadBalancers.map(({ LoadBalancerName = '' }) => LoadBalancerName),
    ...TargetGroups.map(({ TargetGroupName = '' }) => TargetGroupName),
  ].sort()
}

const isProtected = async (balancers: readonly LoadBalancer[]): Promise<boolean> => {
  const [{ arn = '' } = {}] = balancers.flatMap((each) => (each.kind === 'targetGroup' ? each.balancers : []))
  const { Attributes = [] } = await shop.client.describeLoadBalancerAttributes({ LoadBalancerArn: arn })
  return Attributes.some(({ Key, Value }) => Key === 'deletion_protection.enabled' && Value === 'true')
}

const arnsOf = (balancers: readonly LoadBalancer[]): string[] =>
  balancers.flatMap((each) => (each.kind === 'targetGroup' ? [each.arn] : []))

test('a protected load balancer is deleted for good with its target groups, once, and not while instances are behind it', async () => {
  const before = await names()
  const { balancers } = await traffic.replicate(steps(), blue)
  const [id = ''] = await cloud.launch(1)
  await traffic.register(steps(), balancers.slice(1), [{ id }])
  const refused = { code: 'E_BALANCER_IN_USE', message: expect.stringContaining(id), refused: true }
  await expect(traffic.removable(steps(), balancers)).rejects.toMatchObject(refused)
  await expect(traffic.remove(steps(), balancers)).rejects.toMatchObject(refused)
  expect(await isProtected(balancers)).toBe(true)
  await traffic.deregister(steps(), balancers.slice(1), [{ id }])
  await traffic.removable(steps(), balancers)
  await cloud.lose('DeleteLoadBalancer', 'DeleteTargetGroup')
  await traffic.remove(steps(), balancers)
  await traffic.remove(steps(), balancers)
  expect(await names()).toEqual(before)
})

test('a target group whose load balancer stays is not waited for', async () => {
  const { balancers } = await traffic.replicate(steps(), blue)
  const began = performance.now()
  for (const balancer of balancers)
    await expect(takeAway(steps(), refOf(balancer))).rejects.toMatchObject({
      code: 'E_BALANCER_IN_USE',
      message: expect.stringMatching(/^load balancer shop--.* sends users to target group shop-/),
    })
  expect(performance.now() - began).toBeLessThan(60_000)
  await traffic.remove(steps(), balancers)
})

test('what a group is bound to is not deleted, unless that group goes before', async () => {
  const { balancers } = await traffic.replicate(steps(), blue)
  const bound = { AutoScalingGroupName: 'bound', TargetGroupARNs: arnsOf(balancers) }
  const source = { LaunchConfigurationName: 'web-lc', AvailabilityZones: ['eu-west-1a'] }
  await cloud.scaling.createAutoScalingGroup({ ...bound, ...source, MinSize: 0, MaxSize: 0 })
  const refused = { code: 'E_BALANCER_IN_USE', message: expect.stringContaining('is bound to bound') }
  await expect(traffic.removable(steps(), balancers)).rejects.toMatchObject(refused)
  await expect(traffic.remove(steps(), balancers)).rejects.toMatchObject(refused)
  await traffic.removable(steps(), balancers, { without: [{ name: 'bound' }] })
  await cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: 'bound' })
  await traffic.remove(steps(), balancers)
})

const byName = (one: { name: string }, other: { name: string }): number => (one.name < other.name ? -1 : 1)
const byTitle = (one: { title: string }, other: { title: string }): number =>
  one.title < other.title ? -1 : 1

/** What goes, as the clean-up tells those behind. */
const going = (...things: readonly string[]): Going => ({
  ...nothingGoes,
  things: [...things],
  named: (kind) =>
    things.flatMap((thing) => (thing.startsWith(`${kind}/`) ? thing.slice(kind.length + 1) : [])),
})

test('what runs have made is found with who uses it, and goes load balancer first', async () => {
  const before = await names()
  const t = steps()
  const { balancers } = await traffic.replicate(t, blue)
  const [{ name = '', dnsName = '' } = {}] = balancers.flatMap((each) =>
    each.kind === 'targetGroup' ? each.balancers : [],
  )
  const found = await leftBalancers.find(t, nothingGoes)
  const thing = `balancer-v2/${name}`
  expect(plain(found)).toEqual([{ thing, title: `load balancer ${name}`, run: t.runId, names: [dnsName] }])
  const groups = [...balancers].sort(byName).map((each) => ({
    ...{ thing: `target-group/${each.name}`, title: `target group ${each.name}` },
    run: t.runId,
  }))
  const inUse = `load balancer ${name} sends users to it`
  expect(plain((await leftTargetGroups.find(t, nothingGoes)).toSorted(byTitle))).toEqual(
    groups.map((each) => ({ ...each, inUse })),
  )
  const left = (await leftTargetGroups.find(t, going(thing))).toSorted(byTitle)
  expect(plain(left)).toEqual(groups)
  for (const each of [...found, ...left]) await each.remove(t)
  expect(await names()).toEqual(before)
})

test('what only a group that goes has needed goes with it', async () => {
  const source = { LaunchConfigurationName: 'web-lc', AvailabilityZones: ['eu-west-1a'] }
  const old = { AutoScalingGroupName: 'old', TargetGroupARNs: [...shop.targetGroups] }
  await cloud.scaling.createAutoScalingGroup({ ...old, ...source, MinSize: 0, MaxSize: 0 })
  const t = steps()
  const needed = blue.map(({ name }) => name)
  const { Subnets: subnets = [] } = await cloud.ec2.describeSubnets()
  const Subnets = subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId)
  const needing = (names: readonly string[]): Going => ({
    ...going('group/old'),
    needed: (kind) => (kind === 'target-group' ? [...names] : []),
  })
  // It uses no target group, and so none that is needed no more.
  const { LoadBalancers: [bare] = [] } = await shop.client.createLoadBalancer({ Name: 'bare', Subnets })
  expect(plain(await leftBalancers.find(t, needing(needed)))).toEqual([
    { thing: 'balancer-v2/shop', title: 'load balancer shop', of: 'group/old', names: [shop.dnsName] },
  ])
  // Somebody else may need the other target group.
  expect(await leftBalancers.find(t, needing(needed.slice(0, 1)))).toEqual([])
  expect(await leftBalancers.find(t, nothingGoes)).toEqual([])
  await shop.client.deleteLoadBalancer({ LoadBalancerArn: bare?.LoadBalancerArn })
  const stays = { ...needing(needed), named: () => [] }
  expect(plain(await leftBalancers.find(t, stays))).toMatchObject([{ inUse: 'group old is bound to it' }])
  await cloud.scaling.deleteAutoScalingGroup({ AutoScalingGroupName: 'old' })
})
