import { balancerHealth, inServiceCount, type LoadBalancer } from '@viridian/aws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud, until } from '../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { elb } from './index.ts'

let cloud: FleetCloud
let balancers: LoadBalancer[]
const traffic = elb()

beforeAll(async () => {
  cloud = await openFleetCloud()
  balancers = await traffic.describe(testSteps(cloud.context()), ['web'])
})

afterAll(async () => {
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

const statesAt = async (ids: readonly string[]): Promise<string[]> =>
  (await balancerHealth(cloud.context(), balancers, ids)).map(({ state }) => state)

const refs = (ids: readonly string[]): { id: string }[] => ids.map((id) => ({ id }))

test('a balancer is described with its health check and draining', () => {
  expect(balancers).toEqual([
    {
      kind: 'classic',
      name: 'web',
      dnsName: expect.stringMatching(/^web-\d+\.eu-west-1\.elb\.amazonaws\.com$/),
      zoneId: 'Z32O12XQLNTSW2',
      healthCheck: {
        target: 'TCP:2222',
        interval: 5,
        timeout: 2,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
      drainSeconds: 60,
    },
  ])
})

test('instances are registered, seen in service, and taken out again by the undo', async () => {
  const before = await cloud.registered()
  const ids = await cloud.launch(2)
  const t = testSteps(cloud.context())
  await traffic.register(t, balancers, refs(ids))
  await traffic.inService(t, balancers, refs(ids))
  expect(await cloud.registered()).toEqual([...before, ...ids].sort())
  await traffic.healthy(t, balancers, refs(ids))
  await t.undo()
  expect(await cloud.registered()).toEqual(before)
  expect(await statesAt(ids)).toEqual(['Absent', 'Absent'])
})

test('the undo of a registration leaves in what was in before', async () => {
  const [old = ''] = await cloud.registered()
  const before = await cloud.registered()
  const [fresh = ''] = await cloud.launch(1)
  const t = testSteps(cloud.context())
  await traffic.register(t, balancers, refs([old, fresh]))
  await t.undo()
  expect(await cloud.registered()).toEqual(before)
})

test('instances are taken out drained, and brought back in service by the undo', async () => {
  const [one = ''] = await cloud.launch(1)
  await traffic.register(testSteps(cloud.context()), balancers, refs([one]))
  const before = await cloud.registered()
  const t = testSteps(cloud.context())
  await traffic.deregister(t, balancers, refs([one]))
  expect(await cloud.registered()).not.toContain(one)
  expect(await statesAt([one])).toEqual(['Absent'])
  await t.undo()
  expect(await cloud.registered()).toEqual(before)
  await traffic.healthy(testSteps(cloud.context()), balancers, refs([one]))
})

test('of those that were taken out, who has died since keeps nobody else out; but somebody has to be left', async () => {
  const [alive = '', dead = ''] = await cloud.launch(2)
  const t = testSteps(cloud.context())
  await traffic.register(testSteps(cloud.context()), balancers, refs([alive, dead]))
  await traffic.deregister(t, balancers, refs([alive, dead]))
  const single = testSteps(cloud.context())
  await traffic.register(testSteps(cloud.context()), balancers, refs([dead]))
  await traffic.deregister(single, balancers, refs([dead]))
  await cloud.terminate([dead])
  await until(async () => (await cloud.states([dead]))[0] === 'terminated')
  expect(await t.undo()).toEqual([{ leftAlone: expect.stringMatching(new RegExp(`^lost since: ${dead};`)) }])
  expect(await cloud.registered()).toContain(alive)
  await expect(single.undo()).rejects.toMatchObject({ code: 'E_NOT_IN_SERVICE' })
})

test("the guard fails in the balancer's own words, and names only what is wrong", async () => {
  const [sick = '', well = ''] = await cloud.launch(2)
  const t = testSteps(cloud.context())
  await traffic.register(t, balancers, refs([sick, well]))
  await traffic.inService(t, balancers, refs([sick, well]))
  await cloud.ec2.stopInstances({ InstanceIds: [sick] })
  await until(async () => (await cloud.states([sick]))[0] === 'stopped')
  await expect(traffic.healthy(t, balancers, refs([sick, well]))).rejects.toMatchObject({
    code: 'E_NOT_IN_SERVICE',
    message: `${sick} is OutOfService at web (Instance: Instance is in stopped state.)`,
  })
  await t.undo()
})

test('what is not registered is not in service, known to EC2 or not', async () => {
  const [stranger = ''] = await cloud.launch(1)
  const [member = ''] = await cloud.registered()
  const guard = traffic.healthy(testSteps(cloud.context()), balancers, refs([member, stranger, 'i-0dead']))
  await expect(guard).rejects.toMatchObject({
    code: 'E_NOT_IN_SERVICE',
    message: `${stranger} is Absent at web, i-0dead is Absent at web`,
  })
})

test('all that are in service at a balancer are counted; at one that is gone there are none', async () => {
  const [web] = balancers
  if (web?.kind !== 'classic') throw new Error('no balancer web')
  const registered = await cloud.registered()
  expect(await inServiceCount(cloud.context(), web)).toBe(registered.length)
  expect(await inServiceCount(cloud.context(), { ...web, name: 'gone' })).toBe(0)
})

test('waiting ends early when a registered instance vanishes', async () => {
  const [one = ''] = await cloud.launch(1)
  const c = cloud.context()
  const t = testSteps(c)
  await traffic.register(t, balancers, refs([one]))
  await cloud.ec2.stopInstances({ InstanceIds: [one] })
  const waiting = traffic.inService(t, balancers, refs([one]))
  await expect.poll(() => c.said.length).toBeGreaterThan(0)
  await cloud.elb.deregisterInstancesFromLoadBalancer({
    LoadBalancerName: 'web',
    Instances: [{ InstanceId: one }],
  })
  await expect(waiting).rejects.toMatchObject({
    code: 'E_NOT_IN_SERVICE',
    message: expect.stringMatching(new RegExp(`^${one} is (Draining|Absent) at web`)),
  })
})
