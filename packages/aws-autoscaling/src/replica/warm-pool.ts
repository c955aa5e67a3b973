import { autoScalingApi, copyOf, makeSure, poll } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from 'zod'
import { findGroup } from '../group.ts'
import { warmPoolFates } from './fates.ts'
import { readWarmPool } from './original.ts'

const goneWithinMs = 1_800_000

/** Gives a group the warm pool that another one has (`PutWarmPool`). Undone by deleting it, and seeing it gone. */
export const putWarmPool = defineChange({
  name: 'aws-autoscaling/put-warm-pool',
  version: 1,
  input: z.strictObject({ group: z.string(), from: z.string() }),
  beforeSchema: z.null(),
  output: z.null(),
  calls: [
    'autoscaling:PutWarmPool',
    'autoscaling:DeleteWarmPool',
    'autoscaling:DescribeWarmPool',
    'autoscaling:DescribeAutoScalingGroups',
  ],
  title: ({ group, from }) => `give ${group} a warm pool like that of ${from}`,
  before: async () => null,
  run: async ({ group, from }, c) => {
    const pool = await readWarmPool(c, from)
    if (!pool) return null
    const input = { ...copyOf(pool, warmPoolFates), AutoScalingGroupName: group }
    await autoScalingApi(c, 'PutWarmPool', input, z.unknown())
    return null
  },
  find: async ({ group }, c) =>
    (await readWarmPool(c, group)) ? { status: 'done', output: null } : { status: 'absent' },
  undo: async ({ group }, c) => {
    await deleteWarmPool(c, group)
    return undefined
  },
  touches: ({ group }) => [`group/${group}`, `group/${group}#capacity`],
  leaves: ({ group }) => [`the warm pool of group ${group}`],
})

/** Deletes the warm pool of a group with its instances, and waits until it is gone. */
export async function deleteWarmPool(c: StepContext, group: string): Promise<void> {
  if (!(await findGroup(c, group))) return
  const pool = await readWarmPool(c, group)
  if (!pool) return
  const input = { AutoScalingGroupName: group, ForceDelete: true }
  const isGoing = async (): Promise<boolean> => {
    const now = await readWarmPool(c, group)
    return now === undefined || now.Status !== undefined
  }
  if (pool.Status === undefined)
    await makeSure(() => autoScalingApi(c, 'DeleteWarmPool', input, z.unknown()), isGoing)
  await poll(c, {
    what: `warm pool of ${group} gone`,
    deadlineMs: goneWithinMs,
    look: async () => {
      const left = await readWarmPool(c, group)
      return left ? { waiting: `the warm pool of ${group} is being deleted` } : { done: undefined }
    },
  })
}
