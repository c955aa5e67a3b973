import type { Fleet } from '@viridian/aws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud, until } from '../../aws/src/testing/fleet-cloud.ts'
import { type TestSteps, testSteps } from '../../aws/src/testing/test-steps.ts'
import { autoScaling } from './index.ts'

let cloud: FleetCloud
let t: TestSteps
let blue: Fleet
let green: { id: string }[]
const fleets = autoScaling()
const web = { AutoScalingGroupName: 'web' }

beforeAll(async () => {
  cloud = await openFleetCloud()
  // Fifty times as fast, its grace is over before a machine has booted.
  await cloud.scaling.updateAutoScalingGroup({ ...web, HealthCheckType: 'EC2' })
  t = testSteps(cloud.context())
  blue = await fleets.describe(t, 'web')
  await fleets.pin(t, blue)
  green = (await cloud.launch(3)).map((id) => ({ id }))
  await fleets.attach(t, blue, green)
})

afterAll(async () => {
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

const check = (): Promise<void> => fleets.healthy(testSteps(cloud.context()), blue, green)

/** Whom the group has launched when it wants one more. */
async function grown(): Promise<string> {
  const before = Object.keys(await cloud.members())
  const { DesiredCapacity = 0 } = await cloud.group()
  await cloud.scaling.updateAutoScalingGroup({ ...web, MaxSize: 10, DesiredCapacity: DesiredCapacity + 1 })
  let launched: string | undefined
  await until(async () => {
    launched = Object.keys(await cloud.members()).find((id) => !before.includes(id))
    return launched !== undefined
  })
  return launched ?? ''
}

test('one that the group has launched from the old source is a stranger, one from the new source is not', async () => {
  await check()
  const old = await grown()
  await check()
  await fleets.relaunchWith(t, blue, cloud.image)
  await fleets.standby(t, blue, blue.instances)
  await expect(check()).rejects.toMatchObject({
    code: 'E_GROUP_CHANGED',
    message: expect.stringMatching(new RegExp(`were not launched from web-lc--.*: ${old}$`)),
  })
  await cloud.scaling.terminateInstanceInAutoScalingGroup({
    InstanceId: old,
    ShouldDecrementDesiredCapacity: true,
  })
  await check()
  await grown()
  await check()
})

test('green that has died is seen in a group without a balancer too', async () => {
  await cloud.scaling.detachLoadBalancers({ ...web, LoadBalancerNames: ['web'] })
  const [dead = ''] = green.map(({ id }) => id)
  await cloud.terminate([dead])
  await until(async () => (await cloud.members())[dead] !== 'InService/Healthy')
  await expect(check()).rejects.toMatchObject({
    code: 'E_INSTANCE_LOST',
    message: `web has lost what was attached: ${dead} is InService and Unhealthy`,
  })
  const c = cloud.context()
  await fleets.show(testSteps(c), blue)
  const text = JSON.stringify(c.events.at(-1))
  expect(text).toMatch(
    new RegExp(`warning: \\d of \\d serve, not .*${dead}.*: see in the group's activity history`),
  )
})
