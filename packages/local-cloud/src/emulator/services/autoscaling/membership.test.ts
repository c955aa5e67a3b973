import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openTestCloud, refusal, type TestCloud, until } from '../testing/test-cloud.ts'
import { WebFleet, web } from '../testing/web-fleet.ts'

let cloud: TestCloud
let fleet: WebFleet

beforeEach(async () => {
  cloud = await openTestCloud()
  fleet = new WebFleet(cloud)
})

afterEach(() => {
  vi.useRealTimers()
  return cloud.close()
})

/** From here on members stay in the state that they pass through, until time goes on. */
const timeStandsStill = () => vi.useFakeTimers({ toFake: ['Date'] })
const timeGoesOn = () => vi.useRealTimers()

/** Resolves when an instance has left the group. */
async function gone(id: string): Promise<void> {
  await until(async () => (await fleet.stateOf(id)) === undefined, `${id} gone`)
}

describe('standby', () => {
  test('drains, keeps the instance running out of the capacity, and brings it back', async () => {
    const [one = '', two = ''] = await fleet.create(2)
    timeStandsStill()
    const { Activities } = await fleet.scaling.enterStandby({
      ...web,
      InstanceIds: [one],
      ShouldDecrementDesiredCapacity: true,
    })
    expect(Activities?.[0]).toMatchObject({
      Description: `Moving EC2 instance to Standby: ${one}`,
      Cause: expect.stringMatching(
        /^At \S+ instance i-\w+ was moved to standby in response to a user request, shrinking the capacity from 2 to 1\.$/,
      ),
      StatusCode: 'InProgress',
    })
    expect(await fleet.stateOf(one)).toBe('EnteringStandby')
    timeGoesOn()
    await until(async () => (await fleet.stateOf(one)) === 'Standby', 'standby')
    expect(await fleet.registered()).toEqual([two])
    expect((await cloud.describe([one]))[0]?.State?.Name).toBe('running')
    expect(await fleet.group()).toMatchObject({ DesiredCapacity: 1 })
    await cloud.pass(10)
    expect(await fleet.members()).toHaveLength(2)
    await fleet.scaling.exitStandby({ ...web, InstanceIds: [one] })
    await fleet.settled(2)
    expect(await fleet.group()).toMatchObject({ DesiredCapacity: 2 })
    expect(await fleet.registered()).toEqual([one, two].sort())
  })

  test('without decrement a replacement comes', async () => {
    const [one = ''] = await fleet.create(1)
    await fleet.scaling.enterStandby({ ...web, InstanceIds: [one], ShouldDecrementDesiredCapacity: false })
    await until(
      async () => (await fleet.ids()).length === 1 && (await fleet.stateOf(one)) === 'Standby',
      'both',
    )
    const terminate = { InstanceId: one, ShouldDecrementDesiredCapacity: true }
    await fleet.scaling.updateAutoScalingGroup({ ...web, MinSize: 1 })
    await fleet.scaling.terminateInstanceInAutoScalingGroup(terminate)
    await gone(one)
    expect(await fleet.group()).toMatchObject({ DesiredCapacity: 1 })
  })

  test.each(['terminated', 'stopped'])(
    'nobody looks whether one is %s there, and one that comes back so is replaced',
    async (end) => {
      const [one = '', two = ''] = await fleet.create(2)
      await fleet.scaling.enterStandby({ ...web, InstanceIds: [one], ShouldDecrementDesiredCapacity: true })
      await until(async () => (await fleet.stateOf(one)) === 'Standby', 'standby')
      const InstanceIds = [one]
      if (end === 'stopped') await cloud.ec2.stopInstances({ InstanceIds })
      else await cloud.ec2.terminateInstances({ InstanceIds })
      await until(async () => (await cloud.describe([one]))[0]?.State?.Name === end, end)
      await cloud.pass(10)
      expect(await fleet.members()).toContainEqual(
        expect.objectContaining({ InstanceId: one, LifecycleState: 'Standby', HealthStatus: 'Healthy' }),
      )
      await fleet.scaling.exitStandby({ ...web, InstanceIds })
      await gone(one)
      await fleet.settled(2)
      expect(await fleet.ids()).toContain(two)
    },
  )

  test('refusals', async () => {
    const [one = ''] = await fleet.create(1, { MinSize: 1 })
    const enter = (decrement: boolean): Promise<string> =>
      refusal(
        fleet.scaling.enterStandby({ ...web, InstanceIds: [one], ShouldDecrementDesiredCapacity: decrement }),
      )
    expect(await enter(true)).toBe(
      'ValidationError: AutoScalingGroup web has min-size=1, max-size=3, and desired-size=1. To place into standby 1 instance, please update the AutoScalingGroup sizes appropriately.',
    )
    expect(await refusal(fleet.scaling.exitStandby({ ...web, InstanceIds: [one] }))).toBe(
      `ValidationError: The instance ${one} is not in Standby.`,
    )
    timeStandsStill()
    expect(await enter(false)).toBe('not refused')
    expect(await enter(false)).toBe(`ValidationError: The instance ${one} is not in InService.`)
    const terminate = { InstanceId: one, ShouldDecrementDesiredCapacity: false }
    expect(await refusal(fleet.scaling.terminateInstanceInAutoScalingGroup(terminate))).toMatch(
      /^ScalingActivityInProgressFault: Activity \S+ is in progress\.$/,
    )
  })
})

describe('members', () => {
  test('attached ones raise desired and are registered; detached ones go on without the group', async () => {
    await fleet.create(1)
    const [one = '', two = ''] = await cloud.launch(2)
    timeStandsStill()
    await fleet.scaling.attachInstances({ ...web, InstanceIds: [one, two] })
    expect(await fleet.group()).toMatchObject({ DesiredCapacity: 3 })
    expect(await fleet.stateOf(one)).toBe('Pending')
    timeGoesOn()
    await fleet.settled(3)
    expect(await fleet.registered()).toContain(one)
    expect((await cloud.describe([one]))[0]?.Tags).toEqual([
      { Key: 'aws:autoscaling:groupName', Value: 'web' },
    ])
    timeStandsStill()
    const { Activities } = await fleet.scaling.detachInstances({
      ...web,
      InstanceIds: [one],
      ShouldDecrementDesiredCapacity: true,
    })
    expect(Activities?.[0]?.Cause).toMatch(
      /was detached in response to a user request, shrinking the capacity from 3 to 2\.$/,
    )
    expect(await fleet.stateOf(one)).toBe('Detaching')
    timeGoesOn()
    await gone(one)
    expect(await fleet.group()).toMatchObject({ DesiredCapacity: 2 })
    expect(await fleet.registered()).not.toContain(one)
    expect((await cloud.describe([one]))[0]?.State?.Name).toBe('running')
  })

  test('refusals of attachment', async () => {
    const [member = ''] = await fleet.create(1)
    const [one = ''] = await cloud.launch(1)
    const [elsewhere = ''] = await cloud.launch(1, 'eu-west-1c')
    const attach = (...InstanceIds: string[]): Promise<string> =>
      refusal(fleet.scaling.attachInstances({ ...web, InstanceIds }))
    expect(await attach('i-00000000000000000')).toMatch(/^ValidationError: Invalid Instance ID/)
    expect(await attach(member)).toMatch(/already part of AutoScalingGroup:web$/)
    expect(await attach(elsewhere)).toMatch(/^ValidationError: The availability zone/)
    expect(await attach()).toMatch(/^ValidationError/)
    expect(await attach(...Array.from({ length: 21 }, (_, n) => `i-${n}`))).toMatch(
      /less than or equal to 20$/,
    )
    await fleet.scaling.updateAutoScalingGroup({ ...web, MaxSize: 1 })
    expect(await attach(one)).toBe(
      'ValidationError: AutoScalingGroup web has min-size=0, max-size=1, and desired-size=1. To attach 1 instance, please update the AutoScalingGroup sizes appropriately.',
    )
    await fleet.scaling.updateAutoScalingGroup({ ...web, MaxSize: 5 })
    await cloud.stop(one)
    expect(await attach(one)).toMatch(/Instance\(s\) must be in 'running' state\.$/)
    expect(await fleet.members()).toHaveLength(1)
  })

  test('refusals of detachment', async () => {
    const [one = ''] = await fleet.create(1, { MinSize: 1 })
    const [other = ''] = await cloud.launch(1)
    const detach = (InstanceId: string): Promise<string> =>
      refusal(
        fleet.scaling.detachInstances({
          ...web,
          InstanceIds: [InstanceId],
          ShouldDecrementDesiredCapacity: true,
        }),
      )
    expect(await detach(other)).toBe(
      `ValidationError: The instance ${other} is not part of Auto Scaling group web.`,
    )
    expect(await detach(one)).toMatch(
      /To detach 1 instance, please update the AutoScalingGroup sizes appropriately\.$/,
    )
  })

  test('terminated by name, with and without a replacement', async () => {
    const [one = '', two = ''] = await fleet.create(2, { MinSize: 1 })
    const terminate = (InstanceId: string, ShouldDecrementDesiredCapacity: boolean) =>
      fleet.scaling.terminateInstanceInAutoScalingGroup({ InstanceId, ShouldDecrementDesiredCapacity })
    const { Activity } = await terminate(one, true)
    expect(Activity).toMatchObject({
      Description: `Terminating EC2 instance: ${one}`,
      Cause: expect.stringMatching(/in response to a user request, shrinking the capacity from 2 to 1\.$/),
    })
    expect(await refusal(terminate(two, true))).toBe(
      "ValidationError: Currently, desiredSize equals minSize (1). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
    )
    await terminate(two, false)
    await gone(one)
    await gone(two)
    await fleet.settled(1)
    expect(await refusal(terminate(one, true))).toBe(
      `ValidationError: Instance Id not found - No managed instance found for instance ID: ${one}`,
    )
  })
})

describe('load balancers of a group', () => {
  test('one that is attached gets the instances, and loses them when it is detached', async () => {
    await fleet.create(1)
    await fleet.elb.createLoadBalancer({
      LoadBalancerName: 'second',
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 8081, InstancePort: 2222 }],
      AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
    })
    const second = { ...web, LoadBalancerNames: ['second'] }
    await fleet.scaling.attachLoadBalancers(second)
    const { LoadBalancers } = await fleet.scaling.describeLoadBalancers(web)
    expect(LoadBalancers?.map(({ LoadBalancerName }) => LoadBalancerName)).toEqual(['web', 'second'])
    const instances = async (): Promise<unknown> =>
      (await fleet.elb.describeLoadBalancers({ LoadBalancerNames: ['second'] })).LoadBalancerDescriptions?.[0]
        ?.Instances
    expect(await instances()).toEqual((await fleet.ids()).map((InstanceId) => ({ InstanceId })))
    await fleet.scaling.detachLoadBalancers(second)
    expect(await instances()).toEqual([])
    expect(await refusal(fleet.scaling.detachLoadBalancers(second))).toMatch(/^ValidationError/)
    expect(await refusal(fleet.scaling.attachLoadBalancers({ ...web, LoadBalancerNames: ['no'] }))).toBe(
      'ValidationError: Provided Load Balancers may not be valid. Please ensure they exist and try again.',
    )
  })
})
