import { setTimeout as sleep } from 'node:timers/promises'
import { pinTag } from '@viridian/aws'
import { defineRead, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { readGroup } from './group.ts'
import { holderOf } from './pin-tag.ts'

/*
 * Locks are exclusive within one state directory; between machines a group's tag `viridian:pin` is the guard. AWS writes
 * no tag conditionally: of two runs that find none and both write, the later one stands. So whoever has written looks
 * again after longer than it takes from looking to writing; the earlier one then finds the other's, and goes no further.
 */
const settledAfterMs = 1_000

export const heldBy = (group: string, tag: string): ViridianError =>
  new ViridianError('E_LOCKED', `${group} is held by ${holderOf(tag)}, says its tag ${pinTag}`, {
    hint: 'wait for that run to end; if it died, take it back where it was begun: tasks rollback; if its journal is lost: tasks gc',
  })

/**
 * Sees that a group that was tagged is this run's, and that no other run has tagged it at the same time.
 *
 * @throws ViridianError `E_LOCKED` with the other run and who began it
 */
export const seeHeld = defineRead({
  name: 'aws-autoscaling/see-held',
  version: 1,
  input: z.strictObject({ group: z.string(), tag: z.string() }),
  output: z.null(),
  calls: ['autoscaling:DescribeAutoScalingGroups'],
  title: ({ group }) => `see that no other run holds ${group}`,
  run: async ({ group, tag }, c) => {
    await sleep(settledAfterMs, undefined, { signal: c.signal })
    const now = (await readGroup(c, group)).Tags.find(({ Key }) => Key === pinTag)?.Value
    if (now !== undefined && now !== tag) throw heldBy(group, now)
    return null
  },
})
