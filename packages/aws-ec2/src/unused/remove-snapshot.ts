import { awsCode } from '@viridian/aws'
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
      c.progress(`left: another image is made of snapshot ${snapshot}`)
      return { removed: false }
    }
  },
  find: async ({ snapshot }, c) => {
    const left = await findSnapshots(c, { Name: 'snapshot-id', Values: [snapshot] })
    return left.length > 0 ? { status: 'absent' } : { status: 'done', output: { removed: true } }
  },
  undo: async ({ snapshot }) => ({
    leftAlone: `snapshot ${snapshot}: a deleted one cannot be brought back`,
  }),
  touches: ({ snapshot }) => [`snapshot/${snapshot}`],
})
