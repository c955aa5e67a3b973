import { expect, test } from 'vitest'
import { openNetworkBalancer } from '../../aws/src/testing/network-balancer.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { fleetBench, fleets, idsOf } from './testing/fleet-bench.ts'

const bench = fleetBench()

test('behind a classic load balancer and a target group the fleet is replaced at both, and put back at both', async () => {
  const { cloud, described } = bench
  const network = await openNetworkBalancer(cloud, 'network', 19_200)
  await cloud.scaling.attachLoadBalancerTargetGroups({
    AutoScalingGroupName: 'web',
    TargetGroupARNs: [network.arn],
  })
  const registered = await cloud.registered()
  await expect.poll(network.healthy, { timeout: 20_000 }).toEqual(registered)
  const before = await cloud.settled()
  const blue = await described()
  expect(blue.loadBalancers.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'classic web',
    'targetGroup network',
  ])

  const c = cloud.context()
  const t = testSteps(c)
  await fleets.pin(t, blue)
  const green = (await cloud.launch(2)).map((id) => ({ id }))
  await fleets.attach(t, blue, green)
  await expect.poll(network.healthy, { timeout: 20_000 }).toEqual([...registered, ...idsOf(green)].sort())
  await fleets.standby(t, blue, blue.instances)
  expect(await network.healthy()).toEqual(idsOf(green).sort())
  expect(await cloud.registered()).toEqual(idsOf(green).sort())

  expect((await t.undo()).filter((report) => report !== undefined)).toEqual([])
  const calls = c.events.map(({ data }) => Object(data).operation)
  const back = calls.slice(calls.lastIndexOf('ExitStandby'), calls.lastIndexOf('DetachInstances'))
  expect(back, 'blue is seen at the target group before green goes').toContain('DescribeTargetHealth')
  expect(await network.healthy()).toEqual(registered)
  expect(await cloud.settled()).toEqual(before)
  await cloud.terminate(idsOf(green))
})
