import { autoScalingApi, copyOf, findMade, lookFor, makeSure, poll } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
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
  find: ({ group }, c) => findMade(c, () => hasWarmPool(c, group)),
  undo: async ({ group }, c) => {
    await deleteWarmPool(c, group)
    return undefined
  },
  touches: ({ group }) => [`group/${group}`, `group/${group}#capacity`],
  leaves: ({ group }) => [`the warm pool of group ${group}`],
})

/** Deletes the warm pool of a group with its instances, and waits until it is gone. */
async function deleteWarmPool(c: StepContext, group: string): Promise<void> {
  const isThere = async (): Promise<boolean> =>
    (await findGroup(c, group)) !== undefined && (await hasWarmPool(c, group))
  if (!(await lookFor(c, isThere))) return
  await makeSure(
    c,
    () => askToDelete(c, group),
    async () => !(await hasWarmPool(c, group)),
  )
  await warmPoolGone(c, group)
}

/** Asks for the deletion of a group's warm pool, if there is one that stays. */
export async function askToDelete(c: StepContext, group: string): Promise<void> {
  if (!(await hasWarmPool(c, group))) return
  const input = { AutoScalingGroupName: group, ForceDelete: true }
  await autoScalingApi(c, 'DeleteWarmPool', input, z.unknown())
}

/** True for a group with a warm pool that is not on its way out. */
export async function hasWarmPool(c: StepContext, group: string): Promise<boolean> {
  const pool = await readWarmPool(c, group)
  return pool !== undefined && pool.Status === undefined
}

/** Resolves when a group's warm pool is gone, with its instances. */
export const warmPoolGone = (c: StepContext, group: string): Promise<null> =>
  poll(c, {
    what: `warm pool of ${group} gone`,
    deadlineMs: goneWithinMs,
    look: async () => {
      const left = await readWarmPool(c, group)
      return left ? { waiting: `the warm pool of ${group} is being deleted` } : { done: null }
    },
  })
