import type { ScheduledUpdateGroupActionRequest } from '@aws-sdk/client-auto-scaling'
import { autoScalingApi, copyOf, findMade, lookFor } from '@viridian/aws'
import { defineChange, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findGroup } from '../group.ts'
import { scheduledFates } from './fates.ts'
import { readScheduled } from './original.ts'
import { isPast } from './read-parts.ts'

const Refused = z.object({
  FailedScheduledUpdateGroupActions: z
    .array(z.object({ ScheduledActionName: z.string(), ErrorMessage: z.string().optional() }))
    .default([]),
})

/**
 * Copies scheduled actions, 50 at most, from one group to another (`BatchPutScheduledUpdateGroupAction`). Undone by
 * deleting them, so that none of them fires while the copy is taken away.
 */
export const putScheduledActions = defineChange({
  name: 'aws-autoscaling/put-scheduled-actions',
  version: 1,
  input: z.strictObject({ group: z.string(), from: z.string(), names: z.array(z.string()) }),
  beforeSchema: z.null(),
  output: z.null(),
  calls: [
    'autoscaling:BatchPutScheduledUpdateGroupAction',
    'autoscaling:BatchDeleteScheduledAction',
    'autoscaling:DescribeScheduledActions',
    'autoscaling:DescribeAutoScalingGroups',
  ],
  title: ({ group, names }) => `schedule ${names.join(', ')} for ${group}`,
  before: async () => null,
  run: async ({ group, from, names }, c) => {
    const actions = (await readScheduled(c, from)).filter(
      (action) => names.includes(action.ScheduledActionName ?? '') && !isPast(action),
    )
    const ScheduledUpdateGroupActions = actions.map(
      ({ ScheduledActionName, StartTime, ...action }): ScheduledUpdateGroupActionRequest => ({
        ...copyOf(action, scheduledFates),
        ScheduledActionName,
        // A recurring one that has begun goes on from its next time.
        ...(StartTime !== undefined && StartTime.getTime() > Date.now() && { StartTime }),
      }),
    )
    if (ScheduledUpdateGroupActions.length === 0) return null
    const input = { AutoScalingGroupName: group, ScheduledUpdateGroupActions }
    const answer = await autoScalingApi(c, 'BatchPutScheduledUpdateGroupAction', input, Refused)
    refuse(group, answer.FailedScheduledUpdateGroupActions)
    return null
  },
  // Some of them count as done: its undo deletes those, and the comparison names those that lack.
  find: ({ group, names }, c) => findMade(c, async () => (await scheduledAmong(c, group, names)).length > 0),
  undo: async ({ group, names }, c) => {
    let ScheduledActionNames: string[] = []
    await lookFor(c, async () => {
      ScheduledActionNames = await scheduledAmong(c, group, names)
      return ScheduledActionNames.length > 0
    })
    if (ScheduledActionNames.length === 0) return undefined
    const input = { AutoScalingGroupName: group, ScheduledActionNames }
    await autoScalingApi(c, 'BatchDeleteScheduledAction', input, z.unknown())
    return undefined
  },
  touches: ({ group }) => [`group/${group}`],
})

async function scheduledAmong(c: StepContext, group: string, names: readonly string[]): Promise<string[]> {
  if (!(await findGroup(c, group))) return []
  const all = await readScheduled(c, group)
  return all.map(({ ScheduledActionName = '' }) => ScheduledActionName).filter((name) => names.includes(name))
}

function refuse(group: string, refused: z.infer<typeof Refused>['FailedScheduledUpdateGroupActions']): void {
  if (refused.length === 0) return
  const reasons = refused.map(
    ({ ScheduledActionName: name, ErrorMessage: why = 'no reason given' }) => `${name}: ${why}`,
  )
  throw new ViridianError('E_SCHEDULE_REFUSED', `AWS does not schedule for ${group}: ${reasons.join('; ')}`, {
    hint: 'correct or delete these scheduled actions of the original, and run the task again',
    place: { call: 'autoscaling:BatchPutScheduledUpdateGroupAction' },
  })
}
