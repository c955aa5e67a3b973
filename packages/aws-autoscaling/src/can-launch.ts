import { lookFor } from '@viridian/aws'
import { type StepContext, ViridianError } from '@viridian/core'
import { findGroup, type Group } from './group.ts'

/**
 * Sees that a group launches instances, where its way back needs any. Of one that is gone its undo tells.
 *
 * @param lacking - how many it has to launch, from what it is now
 * @throws ViridianError `E_GROUP_LAUNCHES_NONE`
 */
export async function seeCanLaunch(
  c: StepContext,
  name: string,
  lacking: (group: Group) => number,
): Promise<void> {
  let count = 0
  const can = await lookFor(c, async () => {
    const group = await findGroup(c, name)
    count = group ? lacking(group) : 0
    return count <= 0 || !group?.SuspendedProcesses.some(({ ProcessName }) => ProcessName === 'Launch')
  })
  if (can) return
  throw new ViridianError(
    'E_GROUP_LAUNCHES_NONE',
    `${name} has to launch ${count} before it can go back, and its process Launch is suspended`,
    {
      hint: `aws autoscaling resume-processes --auto-scaling-group-name ${name} --scaling-processes Launch, then: tasks rollback`,
      place: { call: 'autoscaling:DescribeAutoScalingGroups' },
    },
  )
}
