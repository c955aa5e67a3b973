import type { LoadBalancer } from '@viridian/aws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud } from '../../aws/src/testing/fleet-cloud.ts'
import { type NetworkBalancer, openNetworkBalancer } from '../../aws/src/testing/network-balancer.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { elb } from './index.ts'

let cloud: FleetCloud
let network: NetworkBalancer
let balancers: LoadBalancer[]
const traffic = elb()

beforeAll(async () => {
  cloud = await openFleetCloud()
  network = await openNetworkBalancer(cloud, 'network', 19_100)
  balancers = await traffic.describe(testSteps(cloud.context()), ['network'])
})

afterAll(async () => {
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

const refs = (ids: readonly string[]): { id: string }[] => ids.map((id) => ({ id }))

test('a target group is described as the moves need it', () => {
  expect(balancers).toEqual([
    {
      kind: 'targetGroup',
      arn: network.arn,
      name: 'network',
      protocol: 'TCP',
      port: 2222,
      healthCheck: {
        target: 'TCP:traffic-port',
        interval: 5,
        timeout: 4,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
      drainSeconds: 20,
      slowStartSeconds: 0,
      balancers: [
        {
          kind: 'network',
          arn: expect.stringMatching(/:loadbalancer\/net\/network\//),
          name: 'network',
          dnsName: expect.stringMatching(/^network-.*\.elb\.eu-west-1\.amazonaws\.com$/),
          zoneId: expect.stringMatching(/^Z/),
        },
      ],
    },
  ])
})

test('instances go in and out of it, and back by the undo, whatever answers are lost', async () => {
  const [blue = '', green = ''] = await cloud.launch(2)
  const t = testSteps(cloud.context())
  await cloud.lose('RegisterTargets')
  await traffic.register(t, balancers, refs([blue]))
  await traffic.inService(t, balancers, refs([blue]))
  const swap = testSteps(cloud.context())
  await traffic.register(swap, balancers, refs([blue, green]))
  await traffic.inService(swap, balancers, refs([blue, green]))
  await cloud.lose('DeregisterTargets')
  await traffic.deregister(swap, balancers, refs([blue]))
  expect(await network.healthy()).toEqual([green])
  const guard = traffic.healthy(swap, balancers, refs([blue, green]))
  await expect(guard).rejects.toMatchObject({ message: `${blue} is Absent at network` })
  expect(await swap.undo(2)).toEqual([undefined, undefined, undefined, undefined])
  expect(await network.healthy()).toEqual([blue])
  await cloud.terminate([blue])
  await expect.poll(network.healthy).toEqual([])
  // Whoever served there is lost, and not this run's to bring back.
  await expect(t.undo()).resolves.toEqual([undefined])
})

test('as long as of those that served nobody does, nobody is taken out', async () => {
  const [blue = '', green = '', other = ''] = await cloud.launch(3)
  const by = testSteps(cloud.context())
  const serve = async (id: string): Promise<void> => {
    await traffic.register(by, balancers, refs([id]))
    await traffic.inService(by, balancers, refs([id]))
  }
  await serve(blue)
  const t = testSteps(cloud.context())
  await traffic.register(t, balancers, refs([green]))
  await traffic.inService(t, balancers, refs([green]))
  await cloud.terminate([blue])
  await expect.poll(network.healthy).toEqual([green])
  await expect(t.undo()).rejects.toMatchObject({
    code: 'E_NOT_IN_SERVICE',
    message: `of ${blue} none serves at network any more`,
    hint: expect.stringContaining('aws elbv2 register-targets'),
    place: { call: 'elasticloadbalancing:DescribeTargetHealth' },
  })
  await serve(other)
  await t.undo()
  expect(await network.healthy()).toEqual([other])
})

test('of a target group that somebody has deleted nothing is given back', async () => {
  const deleted = await openNetworkBalancer(cloud, 'deleted', 19_101)
  const gone = await traffic.describe(testSteps(cloud.context()), [deleted.arn])
  const [blue = '', green = ''] = await cloud.launch(2)
  await traffic.register(testSteps(cloud.context()), gone, refs([blue]))
  const t = testSteps(cloud.context())
  await traffic.register(t, gone, refs([green]))
  await traffic.deregister(t, gone, refs([blue]))
  await deleted.remove()
  const leftAlone = 'target group deleted is gone'
  expect(await t.undo()).toEqual([{ leftAlone }, { leftAlone }])
})
