import { type Ec2Filter, ec2Api, filteredPages, poll } from '@viridian/aws'
import { defineCheck, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'

const Image = z.object({
  ImageId: z.string(),
  Name: z.string().default(''),
  State: z.string(),
  StateReason: z.object({ Message: z.string().optional() }).optional(),
  Public: z.boolean().default(false),
  DeregistrationProtection: z.string().optional(),
  BlockDeviceMappings: z
    .array(z.object({ Ebs: z.object({ SnapshotId: z.string().optional() }).optional() }))
    .default([]),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
})

/** An image as EC2 describes it, as far as it is used. */
export type DescribedImage = z.infer<typeof Image>

const Images = z.object({ Images: z.array(Image), NextToken: z.string().optional() })
const availableWithinMs = 7_200_000

/** The account's own images by a filter (`DescribeImages`). */
export const findImages = (c: StepContext, filter: Ec2Filter): Promise<DescribedImage[]> =>
  filteredPages(filter, async (Filters, NextToken) => {
    const page = await ec2Api(c, 'DescribeImages', { Owners: ['self'], Filters, NextToken }, Images)
    return { items: page.Images, next: page.NextToken }
  })

/** The snapshots that an image is made of. */
export const snapshotsOf = ({ BlockDeviceMappings }: DescribedImage): string[] =>
  BlockDeviceMappings.flatMap(({ Ebs }) => (Ebs?.SnapshotId === undefined ? [] : [Ebs.SnapshotId]))

/** Waits until an image can be launched (`DescribeImages`); a failed one fails with AWS's reason. */
export const seeAvailable = defineCheck({
  name: 'aws-ec2/see-available',
  version: 1,
  input: z.strictObject({ image: z.string() }),
  output: z.null(),
  calls: ['ec2:DescribeImages'],
  title: ({ image }) => `see ${image} available`,
  run: ({ image }, c) => {
    let shown = false
    return poll(c, {
      what: `image ${image} available`,
      deadlineMs: availableWithinMs,
      capMs: 15_000,
      hint: 'large or busy volumes take long to snapshot: look at the snapshots in the EC2 console',
      look: async () => {
        const [found] = await findImages(c, { Name: 'image-id', Values: [image] })
        if (!found && !shown) return { waiting: `${image} is not shown yet` }
        shown = true
        if (found?.State === 'available') return { done: null }
        if (found?.State === 'pending') return { waiting: `${image} is pending` }
        const reason = found?.StateReason?.Message ?? 'no reason given'
        throw new ViridianError('E_IMAGE_FAILED', `image ${image} is ${found?.State ?? 'gone'}: ${reason}`, {
          hint: 'the failure is its own, and the next run bakes another: run the task again',
          place: { call: 'ec2:DescribeImages' },
        })
      },
    })
  },
})
