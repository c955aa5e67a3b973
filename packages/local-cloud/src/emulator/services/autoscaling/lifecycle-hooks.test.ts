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

const launching = { LifecycleHookName: 'warm', LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' }
const terminating = {
  LifecycleHookName: 'drain',
  LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
}

/** The one instance that is in a state, once there is one. */
async function reached(state: string): Promise<string> {
  await until(async () => (await fleet.ids(state)).length === 1, `one instance ${state}`)
  return (await fleet.ids(state))[0] ?? ''
}

/** A group without instances whose new ones wait. */
async function createHeld(hook: object = launching): Promise<void> {
  await fleet.create(0, { MaxSize: 3 })
  await fleet.scaling.putLifecycleHook({ ...web, ...launching, ...hook })
}

const desire = (DesiredCapacity: number) => fleet.scaling.setDesiredCapacity({ ...web, DesiredCapacity })

const complete = (InstanceId: string, LifecycleActionResult = 'CONTINUE', LifecycleHookName = 'warm') =>
  fleet.scaling.completeLifecycleAction({ ...web, LifecycleHookName, InstanceId, LifecycleActionResult })

async function activities(move: string) {
  const { Activities = [] } = await fleet.scaling.describeScalingActivities(web)
  return Activities.filter(({ Description }) => Description?.startsWith(move))
}

const launches = () => activities('Launching a new EC2 instance: ')

async function statusOf(id: string, move = 'Launching a new'): Promise<string | undefined> {
  return (await activities(`${move} EC2 instance: ${id}`))[0]?.StatusCode
}

test('hooks and tags may have names that every object has something for', async () => {
  await fleet.create(0)
  const named = (LifecycleHookName: string) => ({ ...web, LifecycleHookName })
  expect(await refusal(fleet.scaling.deleteLifecycleHook(named('valueOf')))).toMatch(
    /^ValidationError: No Lif/,
  )
  await fleet.scaling.putLifecycleHook({ ...launching, ...named('__proto__') })
  const { LifecycleHooks } = await fleet.scaling.describeLifecycleHooks(web)
  expect(LifecycleHooks).toMatchObject([{ LifecycleHookName: '__proto__' }])
  const tag = { ResourceId: 'web', ResourceType: 'auto-scaling-group', PropagateAtLaunch: false }
  await fleet.scaling.createOrUpdateTags({ Tags: [{ ...tag, Key: '__proto__', Value: 'kept' }] })
  const { Tags } = await fleet.scaling.describeTags({ Filters: [{ Name: 'key', Values: ['__proto__'] }] })
  expect(Tags).toMatchObject([{ Value: 'kept' }])
})

describe('a hook at launch', () => {
  test('holds an instance, which counts and gets no traffic, until the action is completed', async () => {
    await createHeld()
    await desire(1)
    const id = await reached('Pending:Wait')
    await cloud.pass(10)
    expect(await fleet.stateOf(id)).toBe('Pending:Wait')
    expect(await fleet.members()).toHaveLength(1)
    expect(await fleet.registered()).toEqual([])
    expect(await statusOf(id)).toBe('MidLifecycleAction')
    await complete(id)
    await fleet.settled(1)
    expect(await fleet.registered()).toEqual([id])
    expect(await statusOf(id)).toBe('Successful')
    expect(await refusal(complete(id))).toBe(
      `ValidationError: No active Lifecycle Action found with instance ID ${id}`,
    )
  })

  test('that is of the group from its creation on holds the first instances too', async () => {
    await fleet.create(0, { LifecycleHookSpecificationList: [{ ...launching, HeartbeatTimeout: 7200 }] })
    await desire(1)
    await complete(await reached('Pending:Wait'))
    await fleet.settled(1)
  })

  test('gives up at the heartbeat timeout: the instance is terminated and another one launched', async () => {
    await createHeld({ HeartbeatTimeout: 30 })
    await desire(1)
    await until(async () => (await launches()).length > 1, 'another launch')
    const first = (await launches()).at(-1)
    expect(first).toMatchObject({
      StatusCode: 'Cancelled',
      Description: expect.stringMatching(
        /\. {2}Status Reason: Instance failed to complete user's Lifecycle Action: Lifecycle Action with token [-0-9a-f]{36} was abandoned: Heartbeat Timeout$/,
      ),
    })
    expect(await fleet.ids()).toEqual([])
    expect(await fleet.registered()).toEqual([])
  })

  test('lets the instance in at the heartbeat timeout where that is the default', async () => {
    await createHeld({ HeartbeatTimeout: 30, DefaultResult: 'CONTINUE' })
    await desire(1)
    await fleet.settled(1)
    expect(await launches()).toHaveLength(1)
  })

  test('that is deleted abandons those that wait for it', async () => {
    await createHeld()
    await desire(1)
    const first = await reached('Pending:Wait')
    await fleet.scaling.deleteLifecycleHook({ ...web, LifecycleHookName: 'warm' })
    await fleet.settled(1)
    expect(await fleet.ids()).not.toContain(first)
  })

  test('does not hold what is attached, nor what comes back from standby', async () => {
    await createHeld()
    const InstanceIds = await cloud.launch(1)
    await fleet.scaling.attachInstances({ ...web, InstanceIds })
    await fleet.settled(1)
    await fleet.scaling.enterStandby({ ...web, InstanceIds, ShouldDecrementDesiredCapacity: true })
    await until(async () => (await fleet.ids('Standby')).length === 1, 'standby')
    await fleet.scaling.exitStandby({ ...web, InstanceIds })
    await fleet.settled(1)
  })

  test('loses an instance that is scaled in while it waits, and its launch is over', async () => {
    await createHeld()
    await desire(1)
    const id = await reached('Pending:Wait')
    await desire(0)
    await until(async () => (await fleet.members()).length === 0, 'the end')
    expect(await statusOf(id)).toBe('Cancelled')
    await fleet.scaling.deleteAutoScalingGroup(web)
  })
})

describe('a hook at termination', () => {
  async function heldAtEnd(hook: object = {}): Promise<string> {
    await fleet.create(1)
    await fleet.scaling.putLifecycleHook({ ...web, ...terminating, ...hook })
    await desire(0)
    return reached('Terminating:Wait')
  }

  test('holds an instance that is drained and still runs, until the action is completed', async () => {
    const id = await heldAtEnd()
    await cloud.pass(10)
    expect(await fleet.stateOf(id)).toBe('Terminating:Wait')
    expect(await fleet.registered()).toEqual([])
    expect((await cloud.describe([id]))[0]?.State?.Name).toBe('running')
    expect(await statusOf(id, 'Terminating')).toBe('MidLifecycleAction')
    await complete(id, 'CONTINUE', 'drain')
    await until(async () => (await fleet.members()).length === 0, 'the end')
    expect((await cloud.describe([id]))[0]?.State?.Name).toBe('terminated')
  })

  test('lets it go where the action is abandoned, or nobody answers', async () => {
    await complete(await heldAtEnd(), 'ABANDON', 'drain')
    await until(async () => (await fleet.members()).length === 0, 'the end')
    await fleet.scaling.putLifecycleHook({ ...web, ...terminating, HeartbeatTimeout: 30 })
    await desire(1)
    await fleet.settled(1)
    await desire(0)
    await until(async () => (await fleet.members()).length === 0, 'the end')
  })

  test('does not hold the instances of a group that is deleted by force', async () => {
    await heldAtEnd()
    await fleet.scaling.deleteAutoScalingGroup({ ...web, ForceDelete: true })
    await until(async () => (await fleet.group()) === undefined, 'the deletion')
  })
})

test('refusals', async () => {
  await createHeld()
  await desire(1)
  const InstanceId = await reached('Pending:Wait')
  expect(await refusal(complete(InstanceId, 'PERHAPS'))).toMatch(
    /^ValidationError: .*'lifecycleActionResult'/,
  )
  expect(await refusal(complete(InstanceId, 'CONTINUE', 'other'))).toBe(
    `ValidationError: No active Lifecycle Action found with instance ID ${InstanceId}`,
  )
  const action = { ...web, LifecycleHookName: 'warm' }
  expect(await refusal(fleet.scaling.recordLifecycleActionHeartbeat(action))).toMatch(
    /^ValidationError: Either/,
  )
  const stranger = { ...action, InstanceId, LifecycleActionToken: 'x'.repeat(36) }
  expect(await refusal(fleet.scaling.recordLifecycleActionHeartbeat(stranger))).toBe(
    `ValidationError: No active Lifecycle Action found with token ${'x'.repeat(36)}`,
  )
})
