import type { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { describe, expect, test } from 'vitest'
import { onPlainGroups } from '../testing/on-plain-groups.ts'
import { type PlainGroups, web } from '../testing/plain-groups.ts'
import { refusal } from '../testing/test-cloud.ts'

let groups: PlainGroups
let scaling: AutoScaling

onPlainGroups((given) => {
  groups = given.groups
  scaling = given.scaling
})

describe('records of a group', () => {
  test('tags', async () => {
    await groups.createSource()
    await groups.createGroup()
    const tag = {
      ResourceId: 'web',
      ResourceType: 'auto-scaling-group',
      Key: 'run',
      Value: '1',
      PropagateAtLaunch: false,
    }
    await scaling.createOrUpdateTags({ Tags: [tag, { ...tag, Key: 'other' }] })
    await scaling.createOrUpdateTags({ Tags: [{ ...tag, Value: '2' }] })
    await scaling.deleteTags({ Tags: [{ ...tag, Key: 'other' }] })
    const Filters = [{ Name: 'auto-scaling-group', Values: ['web'] }]
    expect((await scaling.describeTags({ Filters })).Tags).toEqual([{ ...tag, Value: '2' }])
    const elsewhere = scaling.createOrUpdateTags({ Tags: [{ ...tag, ResourceId: 'no' }] })
    expect(await refusal(elsewhere)).toMatch(/^ValidationError: AutoScalingGroup name not found/)
  })

  test.each([
    ['ValidationError', [{ Key: 'run' }, { Key: 'run' }]],
    ['ValidationError', [{ Key: 'aws:autoscaling:groupName' }]],
    ['LimitExceededFault', Array.from({ length: 51 }, (_, index) => ({ Key: `key-${index}` }))],
  ])('tags that are refused with %s', async (name, tags) => {
    await groups.createSource()
    const Tags = tags.map((tag) => ({ ...tag, ResourceId: 'web', ResourceType: 'auto-scaling-group' }))
    expect(await refusal(groups.createGroup('web', { Tags }))).toMatch(new RegExp(`^${name}`))
    await groups.createGroup()
    expect(await refusal(scaling.createOrUpdateTags({ Tags }))).toMatch(new RegExp(`^${name}`))
    expect((await scaling.describeTags({})).Tags).toEqual([])
  })

  test('lifecycle hooks', async () => {
    await groups.createSource()
    await groups.createGroup()
    const hook = {
      ...web,
      LifecycleHookName: 'drain',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    }
    await scaling.putLifecycleHook({ ...hook, HeartbeatTimeout: 60 })
    await scaling.putLifecycleHook({ ...hook, DefaultResult: 'CONTINUE' })
    expect((await scaling.describeLifecycleHooks(web)).LifecycleHooks).toEqual([
      { ...hook, HeartbeatTimeout: 60, GlobalTimeout: 6000, DefaultResult: 'CONTINUE' },
    ])
    const name = { ...web, LifecycleHookName: 'drain' }
    await scaling.deleteLifecycleHook(name)
    expect(await refusal(scaling.deleteLifecycleHook(name))).toMatch(
      /^ValidationError: No Lifecycle Hook found/,
    )
  })

  test('what no group here has is an empty list', async () => {
    await groups.createSource()
    await groups.createGroup()
    expect((await scaling.describePolicies(web)).ScalingPolicies).toEqual([])
    expect((await scaling.describeScheduledActions(web)).ScheduledUpdateGroupActions).toEqual([])
    const topics = { AutoScalingGroupNames: ['web'] }
    expect((await scaling.describeNotificationConfigurations(topics)).NotificationConfigurations).toEqual([])
    expect((await scaling.describeInstanceRefreshes(web)).InstanceRefreshes).toEqual([])
    expect((await scaling.describeWarmPool(web)).Instances).toEqual([])
    expect((await scaling.describeScalingActivities(web)).Activities).toEqual([])
    expect((await scaling.describeAutoScalingInstances({})).AutoScalingInstances).toEqual([])
    expect(await refusal(scaling.describeWarmPool({ AutoScalingGroupName: 'no' }))).toMatch(
      /^ValidationError/,
    )
  })
})
