import { pinTag } from '@viridian/aws'
import { defineRead } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readWarmPool, readWholeGroup } from './original.ts'
import { unpinnedGroup } from './pinned.ts'

/** Reads how large a group is at this moment, and what holds it there; its max without what a run has added. */
export const readState = defineRead({
  name: 'aws-autoscaling/read-state',
  version: 1,
  input: z.strictObject({ group: z.string() }),
  output: z.strictObject({
    min: z.int(),
    max: z.int(),
    desired: z.int(),
    /** Those that are protected from scale-in. */
    protected: z.array(z.string()),
    suspended: z.array(z.string()),
    warmPool: z.boolean(),
    /** The value of the tag `viridian:pin`. */
    pin: z.string().nullable(),
  }),
  calls: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeWarmPool'],
  title: ({ group }) => `see how large ${group} is`,
  run: async ({ group: name }, c) => {
    const [group, warmPool] = await Promise.all([readWholeGroup(c, name), readWarmPool(c, name)])
    const { MinSize = 0, DesiredCapacity = 0, Instances = [], Tags = [], SuspendedProcesses = [] } = group
    const held = Instances.filter(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn)
    return {
      min: MinSize,
      max: unpinnedGroup(group).max,
      desired: DesiredCapacity,
      protected: held.map(({ InstanceId = '' }) => InstanceId),
      suspended: SuspendedProcesses.map(({ ProcessName = '' }) => ProcessName),
      warmPool: warmPool !== undefined && warmPool.Status === undefined,
      pin: Tags.find(({ Key }) => Key === pinTag)?.Value ?? null,
    }
  },
})
