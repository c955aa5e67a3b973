import { autoScalingApi, awsCode, lookFor, poll } from '@viridian/aws'
import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { activityHistory } from '../activity-history.ts'
import { findGroup, isLeaving, memberText } from '../group.ts'

const goneWithinMs = 1_800_000

/**
 * Deletes an empty group (`DeleteAutoScalingGroup`), and waits until it is gone: until then its balancers and its launch
 * source are in use. Those of its instances that are on their way out are waited for.
 *
 * @throws ViridianError `E_GROUP_IN_USE` when it has instances that stay
 */
export function deleteGroup(c: StepContext, name: string): Promise<void> {
  return poll(c, {
    what: `group ${name} gone`,
    deadlineMs: goneWithinMs,
    hint: activityHistory(name),
    look: async () => {
      const group = await findGroup(c, name)
      if (!group) return { done: undefined }
      if (group.Status !== undefined) return { waiting: `${name} is being deleted` }
      const { Instances } = group
      refuseInUse(
        name,
        Instances.filter((member) => !isLeaving(member)).map(({ InstanceId }) => InstanceId),
      )
      if (Instances.length > 0)
        return {
          waiting: Instances.map((member) => memberText(member.InstanceId, member)).join(', '),
        }
      return { waiting: await askToDelete(c, name) }
    },
  })
}

/** @throws ViridianError `E_GROUP_IN_USE` when there are any */
export function refuseInUse(group: string, instances: readonly string[]): void {
  if (instances.length === 0) return
  throw new ViridianError('E_GROUP_IN_USE', `${group} has instances: ${instances.join(', ')}`, {
    hint: 'somebody has given them to it: scale it to zero first',
    refused: true,
  })
}

async function askToDelete(c: StepContext, name: string): Promise<string> {
  const input = { AutoScalingGroupName: name }
  const isGoing = async (): Promise<boolean> => {
    const group = await findGroup(c, name)
    return group === undefined || group.Status !== undefined
  }
  try {
    await autoScalingApi(c, 'DeleteAutoScalingGroup', input, z.unknown())
  } catch (error) {
    // The last of its instances has just left, and the activity of that is not over.
    if (/^(ScalingActivityInProgress|ResourceInUse)/.test(awsCode(error) ?? ''))
      return `${name} is still busy`
    // An attempt whose answer was lost has made it, or it is gone and still shown.
    if (!(await lookFor(c, isGoing))) throw error
  }
  return `${name} is being deleted`
}
