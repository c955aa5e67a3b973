import { autoScalingApi, findMade, lookFor } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findGroup, readGroup } from '../group.ts'
import { liftAllProtection } from '../retired/lift-protection.ts'
import { scaledIn } from '../retired/see-scaled.ts'

const sizes = { min: z.int(), max: z.int(), desired: z.int() }

/**
 * Gives an empty group its sizes (`UpdateAutoScalingGroup`): it launches what it wants. Undone by wanting none any more,
 * and seeing all of its instances gone: drained, their termination hooks included.
 */
export const setSizes = defineChange({
  name: 'aws-autoscaling/set-sizes',
  version: 1,
  input: z.strictObject({ group: z.string(), ...sizes }),
  beforeSchema: z.null(),
  output: z.null(),
  calls: [
    'autoscaling:UpdateAutoScalingGroup',
    'autoscaling:SetInstanceProtection',
    'autoscaling:DescribeAutoScalingGroups',
  ],
  title: ({ group, min, max, desired }) => `let ${group} want ${desired} (${min} to ${max})`,
  before: async () => null,
  run: async ({ group, min, max, desired }, c) => {
    await update(c, group, { MinSize: min, MaxSize: max, DesiredCapacity: desired })
    return null
  },
  find: ({ group: name, min, max, desired }, c) =>
    findMade(c, async () => {
      const group = await readGroup(c, name)
      return group.MinSize === min && group.MaxSize === max && group.DesiredCapacity === desired
    }),
  undo: async ({ group: name }, c) => {
    const group = await lookFor(c, () => findGroup(c, name))
    if (!group || group.Status !== undefined) return undefined
    await update(c, name, { MinSize: 0, DesiredCapacity: 0, NewInstancesProtectedFromScaleIn: false })
    // What it has begun to launch may not be shown yet.
    await lookFor(c, async () => (await findGroup(c, name))?.Instances.length !== 0)
    await liftAllProtection(c, name)
    await scaledIn(c, name, 0)
    return undefined
  },
  touches: ({ group }) => [`group/${group}`, `group/${group}#capacity`],
  leaves: ({ group, desired }) => [`group ${group}: wants ${desired} instances`],
})

async function update(
  c: StepContext,
  AutoScalingGroupName: string,
  change: {
    MinSize: number
    DesiredCapacity: number
    MaxSize?: number
    NewInstancesProtectedFromScaleIn?: boolean
  },
): Promise<void> {
  await autoScalingApi(c, 'UpdateAutoScalingGroup', { AutoScalingGroupName, ...change }, z.unknown())
}
