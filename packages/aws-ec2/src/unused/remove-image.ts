import { lookFor, sayLeft } from '@viridian/aws'
import { defineChange } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { deregister, findSnapshots } from '../deregister.ts'
import { findImages, snapshotsOf } from '../images.ts'
import { unusedOf, usageCalls } from './find-unused.ts'

/**
 * Deregisters an image with its snapshots, unless somebody uses it by now (`DeregisterImage`). Cannot be undone: it
 * belongs behind the commit.
 *
 * @returns the snapshots that AWS has left
 */
export const removeImage = defineChange({
  name: 'aws-ec2/remove-image',
  version: 1,
  input: z.strictObject({ image: z.string() }),
  /** The snapshots that the image is made of; null when it is gone already. */
  beforeSchema: z.array(z.string()).nullable(),
  output: z.strictObject({ removed: z.boolean(), snapshots: z.array(z.string()) }),
  calls: ['ec2:DeregisterImage', 'ec2:DeleteSnapshot', 'ec2:DescribeSnapshots', ...usageCalls],
  title: ({ image }) => `deregister image ${image}`,
  placeholder: () => ({ removed: true, snapshots: [] }),
  before: async ({ image }, c) => {
    const [found] = await findImages(c, { Name: 'image-id', Values: [image] })
    return found ? snapshotsOf(found) : null
  },
  run: async ({ image }, c) => {
    if (c.before === null) return { removed: true, snapshots: [] }
    const [kept] = (await unusedOf(c, [image])).kept
    if (kept) {
      sayLeft(c, `image ${image}`, kept.reason)
      return { removed: false, snapshots: [] }
    }
    await deregister(c, image)
    return { removed: true, snapshots: await findSnapshots(c, { Name: 'snapshot-id', Values: c.before }) }
  },
  find: async ({ image }, c) => {
    const filter = { Name: 'image-id', Values: [image] }
    const isGone = await lookFor(c, async () => (await findImages(c, filter)).length === 0)
    if (!isGone) return { status: 'absent' }
    const snapshots = await findSnapshots(c, { Name: 'snapshot-id', Values: c.before ?? [] })
    return { status: 'done', output: { removed: true, snapshots } }
  },
  undo: async ({ image }) => ({ leftAlone: `image ${image}: a deregistered one cannot be brought back` }),
  touches: ({ image }) => [`image/${image}`],
})
