import { awsCode, lookFor, sayLeft } from '@viridian/aws'
import { defineChange } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { deleteSnapshot, findSnapshots } from '../deregister.ts'

/**
 * Deletes a snapshot that was left of an image, unless another image is made of it (`DeleteSnapshot`). Cannot be undone:
 * it belongs behind the commit.
 */
export const removeSnapshot = defineChange({
  name: 'aws-ec2/remove-snapshot',
  version: 1,
  input: z.strictObject({ snapshot: z.string() }),
  beforeSchema: z.null(),
  output: z.strictObject({ removed: z.boolean() }),
  calls: ['ec2:DeleteSnapshot', 'ec2:DescribeSnapshots'],
  title: ({ snapshot }) => `delete snapshot ${snapshot}`,
  placeholder: () => ({ removed: true }),
  before: async () => null,
  run: async ({ snapshot }, c) => {
    try {
      await deleteSnapshot(c, snapshot)
      return { removed: true }
    } catch (error) {
      if (awsCode(error) !== 'InvalidSnapshot.InUse') throw error
      sayLeft(c, `snapshot ${snapshot}`, 'another image is made of it')
      return { removed: false }
    }
  },
  find: async ({ snapshot }, c) => {
    const filter = { Name: 'snapshot-id', Values: [snapshot] }
    const isGone = await lookFor(c, async () => (await findSnapshots(c, filter)).length === 0)
    return isGone ? { status: 'done', output: { removed: true } } : { status: 'absent' }
  },
  undo: async ({ snapshot }) => ({
    leftAlone: `snapshot ${snapshot}: a deleted one cannot be brought back`,
  }),
  touches: ({ snapshot }) => [`snapshot/${snapshot}`],
})
