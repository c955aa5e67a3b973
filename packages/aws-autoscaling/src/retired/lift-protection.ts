import { autoScalingApi, findMade } from '@viridian/aws'
import { defineChange, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findGroup } from '../group.ts'

/** As many ids as protection takes in one call. */
const idsInACall = 50

/**
 * Lets instances be scaled in, 50 at most (`SetInstanceProtection`). Cannot be undone: it belongs behind the commit, where
 * they are scaled in next.
 */
export const liftProtection = defineChange({
  name: 'aws-autoscaling/lift-protection',
  version: 1,
  input: z.strictObject({ group: z.string(), ids: z.array(z.string()) }),
  beforeSchema: z.null(),
  output: z.null(),
  calls: ['autoscaling:SetInstanceProtection', 'autoscaling:DescribeAutoScalingGroups'],
  title: ({ group, ids }) => `let ${ids.length} of ${group} be scaled in`,
  before: async () => null,
  run: async ({ group, ids }, c) => {
    await unprotect(
      c,
      group,
      (await protectedOf(c, group)).filter((id) => ids.includes(id)),
    )
    return null
  },
  find: ({ group, ids }, c) =>
    findMade(c, async () => !(await protectedOf(c, group)).some((id) => ids.includes(id))),
  undo: async ({ group, ids }) => ({ leftAlone: `${ids.join(', ')} of ${group}: not protected any more` }),
  touches: ({ group }) => [`group/${group}`, `group/${group}#capacity`],
})

/** Lets every instance of a group be scaled in. */
export async function liftAllProtection(c: StepContext, group: string): Promise<void> {
  for (const ids of protectionChunks(await protectedOf(c, group))) await unprotect(c, group, ids)
}

/** Ids, as many at a time as one call takes. */
export const protectionChunks = (ids: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / idsInACall) }, (_, index) =>
    ids.slice(index * idsInACall, (index + 1) * idsInACall),
  )

async function protectedOf(c: StepContext, group: string): Promise<string[]> {
  const { Instances = [] } = (await findGroup(c, group)) ?? {}
  return Instances.filter(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn).map(
    ({ InstanceId }) => InstanceId,
  )
}

async function unprotect(c: StepContext, AutoScalingGroupName: string, InstanceIds: string[]): Promise<void> {
  if (InstanceIds.length === 0) return
  const input = { AutoScalingGroupName, InstanceIds, ProtectedFromScaleIn: false }
  await autoScalingApi(c, 'SetInstanceProtection', input, z.unknown())
}
