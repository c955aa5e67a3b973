import { autoScalingApi, findMade, poll } from '@viridian/aws'
import { defineChange, defineCheck } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findGroup } from '../group.ts'
import { refuseInUse } from '../replica/delete-group.ts'

const goneWithinMs = 1_800_000
const Input = z.strictObject({ group: z.string() })

/**
 * Deletes an empty group, with its policies, schedules and hooks (`DeleteAutoScalingGroup`). Cannot be undone: it belongs
 * behind the commit.
 *
 * @throws ViridianError `E_GROUP_IN_USE` when it has instances
 */
export const removeGroup = defineChange({
  name: 'aws-autoscaling/remove-group',
  version: 1,
  input: Input,
  beforeSchema: z.null(),
  output: z.null(),
  calls: ['autoscaling:DeleteAutoScalingGroup', 'autoscaling:DescribeAutoScalingGroups'],
  title: ({ group }) => `delete group ${group}`,
  before: async () => null,
  run: async ({ group: name }, c) => {
    const group = await findGroup(c, name)
    if (!group || group.Status !== undefined) return null
    refuseInUse(
      name,
      group.Instances.map(({ InstanceId }) => InstanceId),
    )
    await autoScalingApi(c, 'DeleteAutoScalingGroup', { AutoScalingGroupName: name }, z.unknown())
    return null
  },
  find: ({ group: name }, c) =>
    findMade(c, async () => {
      const group = await findGroup(c, name)
      return group === undefined || group.Status !== undefined
    }),
  undo: async ({ group }) => ({ leftAlone: `group ${group}: a deleted group cannot be brought back` }),
  touches: ({ group }) => [`group/${group}`, `group/${group}#capacity`, `group/${group}#launch`],
})

/** Waits until a group that is being deleted is gone: until then its balancers and its launch source are in use. */
export const seeRemoved = defineCheck({
  name: 'aws-autoscaling/see-removed',
  version: 1,
  input: Input,
  output: z.null(),
  calls: ['autoscaling:DescribeAutoScalingGroups'],
  title: ({ group }) => `see group ${group} gone`,
  run: ({ group }, c) =>
    poll(c, {
      what: `group ${group} gone`,
      deadlineMs: goneWithinMs,
      look: async () =>
        (await findGroup(c, group)) ? { waiting: `${group} is being deleted` } : { done: null },
    }),
})
