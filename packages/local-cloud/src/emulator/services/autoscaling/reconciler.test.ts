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
    for (const { Tags } of await cloud.describe(ids)) {
      expect(Tags).toHaveLength(2)
      expect(Tags).toContainEqual({ Key: 'stage', Value: 'x' })
      expect(Tags).toContainEqual({ Key: 'aws:autoscaling:groupName', Value: 'web' })
    }
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
    await fleet.create(1)
    const { ImageId } = await cloud.ec2.createImage({ InstanceId: (await fleet.ids())[0], Name: 'doomed' })
    await until(async () => {
      const { Images } = await cloud.ec2.describeImages({ ImageIds: [ImageId ?? ''] })
      return Images?.[0]?.State === 'available'
    }, 'the image')
    await fleet.createSource('doomed', ImageId)
    await cloud.ec2.deregisterImage({ ImageId })
    await fleet.scaling.updateAutoScalingGroup({
      ...web,
      LaunchConfigurationName: 'doomed',
      DesiredCapacity: 2,
    })
    await until(async () => (await fleet.lastActivity()).status === 'Failed', 'the failure')
    expect(cloud.reports).toHaveLength(1)
    await fleet.scaling.updateAutoScalingGroup({ ...web, LaunchConfigurationName: 'v1' })
    await fleet.settled(2)
  })
})

describe('replacement', () => {
  test('of an instance that was terminated outside', async () => {
    const [victim = '', other = ''] = await fleet.create(2)
    await cloud.terminate(victim)
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

  test('of an instance that was stopped outside', async () => {
    const [victim = ''] = await fleet.create(1)
    await cloud.ec2.stopInstances({ InstanceIds: [victim] })
    await gone(victim)
    await fleet.settled(1)
  })

  test('of an instance that its load balancer finds unhealthy, with health checks of type ELB', async () => {
    const [victim = ''] = await fleet.create(1, { HealthCheckType: 'ELB', HealthCheckGracePeriod: 0 })
    await cloud.serving('web', 1)
    await fleet.checkPort(9)
    await gone(victim)
    const { Activities } = await fleet.scaling.describeScalingActivities(web)
    const end = Activities?.find(({ Description }) => Description === `Terminating EC2 instance: ${victim}`)
    expect(end?.Cause).toMatch(/in response to an ELB system health check failure\.$/)
  })

  test('not in the grace period, nor with health checks of type EC2', async () => {
    const [one = ''] = await fleet.create(1, { HealthCheckType: 'ELB', HealthCheckGracePeriod: 7200 })
    await cloud.serving('web', 1)
    await fleet.checkPort(9)
    await cloud.serving('web', 0)
    await cloud.pass(5)
    expect(await fleet.ids()).toEqual([one])
    await fleet.scaling.updateAutoScalingGroup({ ...web, HealthCheckType: 'EC2', HealthCheckGracePeriod: 0 })
    await cloud.pass(5)
    expect(await fleet.ids()).toEqual([one])
  })
})

describe('suspended processes', () => {
  test('Launch: nothing is launched until it is resumed', async () => {
    await fleet.create(1)
    await fleet.scaling.suspendProcesses({ ...web, ScalingProcesses: ['Launch'] })
    await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 2 })
    await cloud.pass(10)
    expect(await fleet.members()).toHaveLength(1)
    await fleet.scaling.resumeProcesses({ ...web, ScalingProcesses: ['Launch'] })
    await fleet.settled(2)
  })

  test('Terminate: nothing is terminated, nor replaced', async () => {
    const [one = ''] = await fleet.create(2)
    await fleet.scaling.suspendProcesses({ ...web, ScalingProcesses: ['Terminate'] })
    await fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity: 1 })
    await fleet.scaling.setInstanceHealth({ InstanceId: one, HealthStatus: 'Unhealthy' })
    await cloud.pass(10)
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
    await cloud.pass(10)
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

describe('deletion', () => {
  test('is refused while there are instances; by force they go first', async () => {
    const [one = ''] = await fleet.create(1)
    expect(await refusal(fleet.scaling.deleteAutoScalingGroup(web))).toBe(
      'ResourceInUseFault: You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
    )
    await fleet.scaling.deleteAutoScalingGroup({ ...web, ForceDelete: true })
    expect((await fleet.group())?.Status).toBe('Delete in progress')
    await until(async () => (await fleet.group()) === undefined, 'the deletion')
    expect((await cloud.describe([one]))[0]?.State?.Name).toBe('terminated')
    const { Activities } = await fleet.scaling.describeScalingActivities({
      ...web,
      IncludeDeletedGroups: true,
    })
    expect(Activities?.[0]?.AutoScalingGroupState).toBe('Deleted')
  })
})
