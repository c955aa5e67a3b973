import { autoScalingApi } from '@viridian/aws'
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
  find: async ({ group: name, min, max, desired }, c) => {
    const group = await readGroup(c, name)
    const isSet = group.MinSize === min && group.MaxSize === max && group.DesiredCapacity === desired
    return isSet ? { status: 'done', output: null } : { status: 'absent' }
  },
  undo: async ({ group: name }, c) => {
    const group = await findGroup(c, name)
    if (!group || group.Status !== undefined) return undefined
    await update(c, name, { MinSize: 0, DesiredCapacity: 0, NewInstancesProtectedFromScaleIn: false })
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
