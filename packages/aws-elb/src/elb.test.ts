import { type BalancerRef, balancerHealth, type LoadBalancer, membersOf } from '@viridian/aws'
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

const inServiceAt = (balancer: BalancerRef): Promise<string[]> =>
  membersOf(balancer).inService(cloud.context())

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
        timeout: 4,
        healthyThreshold: 2,
        unhealthyThreshold: 10,
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

test('members of a group are left in a balancer that it judges them by', async () => {
  const [member = ''] = Object.keys(await cloud.members())
  const t = testSteps(cloud.context())
  await expect(traffic.deregister(t, balancers, refs([member]))).rejects.toMatchObject({
    code: 'E_BALANCER_BOUND',
    message: `${member} is in group web, which is bound to web and replaces who is not in service there`,
  })
  expect(await cloud.registered()).toContain(member)
})

test('balancers that a group sees to itself are left out', async () => {
  const t = testSteps(cloud.context())
  expect(await traffic.describe(t, ['web'], { without: balancers })).toEqual([])
})

test('of those that were taken out, who has died since keeps nobody else out', async () => {
  const [alive = '', dead = ''] = await cloud.launch(2)
  const t = testSteps(cloud.context())
  await traffic.register(testSteps(cloud.context()), balancers, refs([alive, dead]))
  await traffic.deregister(t, balancers, refs([alive, dead]))
  await cloud.terminate([dead])
  await until(async () => (await cloud.states([dead]))[0] === 'terminated')
  expect(await t.undo()).toEqual([{ leftAlone: `lost since: ${dead}` }])
  expect(await cloud.registered()).toContain(alive)
})

/** A balancer that no group knows, with nobody behind it. */
async function createInternal(name: string): Promise<LoadBalancer> {
  const { LoadBalancerDescriptions: [web] = [] } = await cloud.elb.describeLoadBalancers({})
  await cloud.elb.createLoadBalancer({
    LoadBalancerName: name,
    AvailabilityZones: web?.AvailabilityZones,
    Listeners: [{ Protocol: 'TCP', LoadBalancerPort: 8090, InstancePort: 2222 }],
  })
  await cloud.elb.configureHealthCheck({ LoadBalancerName: name, HealthCheck: web?.HealthCheck })
  const [made] = await traffic.describe(testSteps(cloud.context()), [name])
  if (!made) throw new Error(`no balancer ${name}`)
  return made
}

test('as long as of those that served nobody does, nobody is taken out', async () => {
  const internal = await createInternal('internal')
  const [blue = '', green = '', other = ''] = await cloud.launch(3)
  const by = testSteps(cloud.context())
  const serve = async (id: string): Promise<void> => {
    await traffic.register(by, [internal], refs([id]))
    await traffic.inService(by, [internal], refs([id]))
  }
  await serve(blue)
  const t = testSteps(cloud.context())
  await traffic.register(t, [internal], refs([green]))
  await traffic.inService(t, [internal], refs([green]))
  await cloud.terminate([blue])
  await until(async () => !(await inServiceAt(internal)).includes(blue))
  await expect(t.undo()).rejects.toMatchObject({
    code: 'E_NOT_IN_SERVICE',
    message: `of ${blue} none serves at internal any more`,
    hint: expect.stringMatching(/aws elb register-instances-with-load-balancer/),
  })
  await traffic.healthy(by, [internal], refs([green]))
  await serve(other)
  await t.undo()
  expect(await inServiceAt(internal)).toEqual([other])
})

test('of a balancer that somebody has deleted nothing is given back', async () => {
  const internal = await createInternal('deleted')
  const [blue = '', green = ''] = await cloud.launch(2)
  await traffic.register(testSteps(cloud.context()), [internal], refs([blue]))
  const t = testSteps(cloud.context())
  await traffic.register(t, [internal], refs([green]))
  await traffic.deregister(t, [internal], refs([blue]))
  await cloud.elb.deleteLoadBalancer({ LoadBalancerName: 'deleted' })
  const leftAlone = 'load balancer deleted is gone'
  expect(await t.undo()).toEqual([{ leftAlone }, { leftAlone }])
})

test('in place of those that are lost, others of their group are registered before anybody is taken out', async () => {
  const internal = await createInternal('behind-the-group')
  const { Instances = [] } = await cloud.settled()
  const blue = Instances.map(({ InstanceId = '' }) => ({
    id: InstanceId,
    zone: '',
    lifecycle: '',
    health: '',
    protected: false,
  }))
  const by = testSteps(cloud.context())
  await traffic.register(by, [internal], blue)
  await traffic.inService(by, [internal], blue)
  const green = await cloud.launch(1)
  const t = testSteps(cloud.context())
  await traffic.register(t, [internal], refs(green), { replacing: { name: 'web', instances: blue } })
  await traffic.deregister(t, [internal], blue)
  await cloud.terminate(blue.map(({ id }) => id))
  await until(async () =>
    Object.keys(await cloud.members()).every((id) => blue.every((each) => each.id !== id)),
  )
  const members = (await cloud.settled()).Instances?.map(({ InstanceId }) => InstanceId).sort()
  expect(members).toHaveLength(3)
  await t.undo()
  expect((await inServiceAt(internal)).sort()).toEqual(members)
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

test('all that are in service at a balancer are known; at one that is gone there are none', async () => {
  const [web] = balancers
  if (!web) throw new Error('no balancer web')
  const registered = await cloud.registered()
  expect((await inServiceAt(web)).sort()).toEqual(registered)
  expect(await inServiceAt({ kind: 'classic', name: 'gone' })).toEqual([])
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
