import {
  AutoScalingGroup$,
  LifecycleHook$,
  NotificationConfiguration$,
  ScalingPolicy$,
  ScheduledUpdateGroupAction$,
  WarmPoolConfiguration$,
} from '@aws-sdk/client-auto-scaling'
import { describe, expect, it } from 'vitest'
import { membersOf } from '../../../aws/src/testing/schema-members.ts'
import {
  groupFates,
  hookFates,
  notificationFates,
  policyFates,
  scheduledFates,
  warmPoolFates,
} from './fates.ts'

describe('every member that the SDK knows is classified', () => {
  it.each([
    ['a group', AutoScalingGroup$, groupFates],
    ['a lifecycle hook', LifecycleHook$, hookFates],
    ['a scheduled action', ScheduledUpdateGroupAction$, scheduledFates],
    ['a notification configuration', NotificationConfiguration$, notificationFates],
    ['a scaling policy', ScalingPolicy$, policyFates],
    ['a warm pool', WarmPoolConfiguration$, warmPoolFates],
  ])('of %s', (_what, schema, fates) => {
    expect(Object.keys(fates).sort()).toEqual(membersOf(schema))
  })
})
