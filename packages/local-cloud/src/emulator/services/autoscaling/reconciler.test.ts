import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestCloud, refusal, type TestCloud, until } from '../testing/test-cloud.ts'
import { WebFleet, web } from '../testing/web-fleet.ts'

let cloud: TestCloud
let fleet: WebFleet

beforeEach(async () => {
  cloud = await openTestCloud()
  fleet = new WebFleet(cloud)
})

afterEach(() => cloud.close())

/** Resolves when an instance has left the group. */
async function gone(id: string): Promise<void> {
  await until(async () => (await fleet.stateOf(id)) === undefined, `${id} gone`)
}

describe('scaling', () => {
  test('out: spread over the zones, tagged, registered', async () => {
    const ids = await fleet.create(4, {
      Tags: [{ Key: 'stage', Value: 'x', PropagateAtLaunch: true }, { Key: 'own' }],
    })
    const zones = (await fleet.members()).map(({ AvailabilityZone }) => AvailabilityZone).sort()
    expect(zones).toEqual(['eu-west-1a', 'eu-west-1a', 'eu-west-1b', 'eu-west-1b'])
    expect(await fleet.registered()).toEqual(ids.sort())
    expect(cloud.compute.describe(ids).map(({ tags }) => tags)).toEqual(
      ids.map(() => ({ stage: 'x', 'aws:autoscaling:groupName': 'web' })),
    )
    const { description, cause, status } = await fleet.lastActivity()
    expect(description).toMatch(/^Launching a new EC2 instance: i-/)
    expect(cause).toMatch(
      /^At \S+Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 4\. {2}At \S+Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from \d to \d\.$/,
    )
    expect(status).toBe('Successful')
  })

  test('in: the surplus drains, ends and is gone', async () => {
    await fleet.create(3)
    await fleet.scaling.updateAutoScalingGroup({ ...web, DesiredCapacity: 1 })
    await until(async () => (await fleet.ids('Terminating')).length === 2, 'two terminating')
    const { cause } = await fleet.lastActivity()
    expect(cause).toMatch(
      /difference between desired and actual capacity, shrinking the capacity from \d to \d\. {2}At \S+ instance i-\w+ was selected for termination\.$/,
    )
    await fleet.settled(1)
    expect(await fleet.registered()).toEqual(await fleet.ids())
  })

  test('in: protected instances are spared', async () => {
    const [one = '', two = ''] = await fleet.create(2)
    await fleet.scaling.setInstanceProtection({ ...web, InstanceIds: [one], ProtectedFromScaleIn: true })
    await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 0 })
    await gone(two)
    expect(await fleet.ids()).toEqual([one])
    expect((await fleet.members())[0]?.ProtectedFromScaleIn).toBe(true)
  })

  test('a launch that fails is an activity, and is tried again when the group is changed', async () => {
    await fleet.create(0)
    cloud.failLaunches(true)
    await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 1 })
    await until(async () => (await fleet.lastActivity()).status === 'Failed', 'the failure')
    cloud.failLaunches(false)
    await fleet.scaling.updateAutoScalingGroup({ ...web, MinSize: 1 })
    await fleet.settled(1)
  })
})

describe('replacement', () => {
  test('of an instance that was terminated outside', async () => {
    const [victim = '', other = ''] = await fleet.create(2)
    cloud.compute.terminate([victim])
    await gone(victim)
    await fleet.settled(2)
    expect(await fleet.ids()).toContain(other)
    const { Activities } = await fleet.scaling.describeScalingActivities(web)
    expect(
      Activities?.find(({ Description }) => Description === `Terminating EC2 instance: ${victim}`)?.Cause,
    ).toMatch(/in response to an EC2 health check indicating it has been terminated or stopped\.$/)
  })

  test('of an instance that a caller finds unhealthy; not while ReplaceUnhealthy is suspended', async () => {
    const [victim = ''] = await fleet.create(1)
    await fleet.scaling.suspendProcesses({ ...web, ScalingProcesses: ['ReplaceUnhealthy'] })
    await fleet.scaling.setInstanceHealth({ InstanceId: victim, HealthStatus: 'Unhealthy' })
    expect((await fleet.members())[0]).toMatchObject({
      HealthStatus: 'Unhealthy',
      LifecycleState: 'InService',
    })
    await fleet.scaling.resumeProcesses({ ...web, ScalingProcesses: ['ReplaceUnhealthy'] })
    await gone(victim)
    await fleet.settled(1)
  })

  test('of an instance that its load balancer finds unhealthy, with health checks of type ELB', async () => {
    const [victim = '', other = ''] = await fleet.create(2, {
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 0,
    })
    await cloud.serving('web', 2)
    cloud.makeSick(victim)
    await gone(victim)
    await fleet.settled(2)
    expect(await fleet.ids()).toContain(other)
  })

  test('not by load balancers with health checks of type EC2', async () => {
    const [victim = ''] = await fleet.create(1)
    await cloud.serving('web', 1)
    cloud.makeSick(victim)
    await cloud.serving('web', 0)
    await cloud.rounds()
    expect(await fleet.ids()).toEqual([victim])
  })
})

describe('suspended processes', () => {
  test('Launch: nothing is launched until it is resumed', async () => {
    await fleet.create(1)
    await fleet.scaling.suspendProcesses({ ...web, ScalingProcesses: ['Launch'] })
    await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 2 })
    await cloud.rounds()
    expect(await fleet.members()).toHaveLength(1)
    await fleet.scaling.resumeProcesses({ ...web, ScalingProcesses: ['Launch'] })
    await fleet.settled(2)
  })

  test('Terminate: nothing is terminated, nor replaced', async () => {
    const [one = ''] = await fleet.create(2)
    await fleet.scaling.suspendProcesses({ ...web, ScalingProcesses: ['Terminate'] })
    await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 1 })
    await fleet.scaling.setInstanceHealth({ InstanceId: one, HealthStatus: 'Unhealthy' })
    await cloud.rounds()
    expect(await fleet.ids()).toHaveLength(2)
    await fleet.scaling.resumeProcesses({ ...web, ScalingProcesses: ['Terminate'] })
    await gone(one)
    await fleet.settled(1)
  })

  test('AddToLoadBalancer: what is launched meanwhile is never registered', async () => {
    const [one = ''] = await fleet.create(1)
    await fleet.scaling.suspendProcesses({ ...web, ScalingProcesses: ['AddToLoadBalancer'] })
    await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 2 })
    await fleet.settled(2)
    await fleet.scaling.resumeProcesses(web)
    await cloud.rounds()
    expect(await fleet.registered()).toEqual([one])
  })

  test('are described, and unknown ones refused', async () => {
    await fleet.create(0)
    await fleet.scaling.suspendProcesses(web)
    const { SuspendedProcesses } = (await fleet.group()) ?? {}
    expect(SuspendedProcesses).toHaveLength(9)
    expect(SuspendedProcesses?.[0]?.SuspensionReason).toMatch(/^User suspended at /)
    await fleet.scaling.resumeProcesses({ ...web, ScalingProcesses: ['Launch', 'Terminate'] })
    expect((await fleet.group())?.SuspendedProcesses).toHaveLength(7)
    const unknown = fleet.scaling.suspendProcesses({ ...web, ScalingProcesses: ['Sleep'] })
    expect(await refusal(unknown)).toMatch(/^ValidationError/)
  })
})

describe('standby', () => {
  test('drains, keeps the instance running out of the capacity, and brings it back', async () => {
    const [one = '', two = ''] = await fleet.create(2)
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
    await until(async () => (await fleet.stateOf(one)) === 'Standby', 'standby')
    expect(await fleet.registered()).toEqual([two])
    expect(cloud.compute.describe([one])[0]?.state).toBe('running')
    expect(await fleet.group()).toMatchObject({ DesiredCapacity: 1 })
    await cloud.rounds()
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
    await fleet.scaling.attachInstances({ ...web, InstanceIds: [one, two] })
    expect(await fleet.group()).toMatchObject({ DesiredCapacity: 3 })
    expect(await fleet.stateOf(one)).toBe('Pending')
    await fleet.settled(3)
    expect(await fleet.registered()).toContain(one)
    expect(cloud.compute.describe([one])[0]?.tags['aws:autoscaling:groupName']).toBe('web')
    const { Activities } = await fleet.scaling.detachInstances({
      ...web,
      InstanceIds: [one],
      ShouldDecrementDesiredCapacity: true,
    })
    expect(Activities?.[0]?.Cause).toMatch(
      /was detached in response to a user request, shrinking the capacity from 3 to 2\.$/,
    )
    expect(await fleet.stateOf(one)).toBe('Detaching')
    await gone(one)
    expect(await fleet.group()).toMatchObject({ DesiredCapacity: 2 })
    expect(await fleet.registered()).not.toContain(one)
    expect(cloud.compute.describe([one])[0]?.state).toBe('running')
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

describe('deletion', () => {
  test('is refused while there are instances; by force they go first', async () => {
    const [one = ''] = await fleet.create(1)
    expect(await refusal(fleet.scaling.deleteAutoScalingGroup(web))).toBe(
      'ResourceInUseFault: You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
    )
    await fleet.scaling.deleteAutoScalingGroup({ ...web, ForceDelete: true })
    expect((await fleet.group())?.Status).toBe('Delete in progress')
    await until(async () => (await fleet.group()) === undefined, 'the deletion')
    expect(cloud.compute.describe([one])[0]?.state).toBe('terminated')
    const { Activities } = await fleet.scaling.describeScalingActivities({
      ...web,
      IncludeDeletedGroups: true,
    })
    expect(Activities?.[0]?.AutoScalingGroupState).toBe('Deleted')
  })
})
