import { awsCode, ec2Api, lookFor, nameFor, stepTag, tagsOf } from '@viridian/aws'
import { type ChangeContext, defineChange, type StepContext } from '@viridian/core'
import { z } from 'zod'
import { findImages } from './images.ts'

const nameLimit = 128
const shownWithinMs = 5_000

const Input = z.strictObject({ instance: z.string(), name: z.string() })
const Output = z.strictObject({ image: z.string() })
const Created = z.object({ ImageId: z.string() })
const Snapshots = z.object({ Snapshots: z.array(z.object({ SnapshotId: z.string() })) })

/**
 * Starts an image of a running instance, without a reboot (`CreateImage`): the instance's file systems must have been
 * synced. Its volumes go into it as they are. Undone by deregistering it and deleting its snapshots.
 */
export const createImage = defineChange({
  name: 'aws-ec2/create-image',
  version: 1,
  input: Input,
  beforeSchema: z.null(),
  output: Output,
  calls: [
    'ec2:CreateImage',
    'ec2:CreateTags',
    'ec2:DescribeImages',
    'ec2:DeregisterImage',
    'ec2:DescribeSnapshots',
    'ec2:DeleteSnapshot',
  ],
  title: ({ instance }) => `create an image of ${instance}`,
  before: async () => null,
  run: async ({ instance, name }, c) => {
    const Tags = tagsOf(c, { Name: name })
    const { ImageId: image } = await ec2Api(
      c,
      'CreateImage',
      {
        InstanceId: instance,
        Name: imageName(name, c),
        NoReboot: true,
        TagSpecifications: [
          { ResourceType: 'image', Tags },
          { ResourceType: 'snapshot', Tags },
        ],
      },
      Created,
    )
    return { image }
  },
  // There is no client token for images: the name tells.
  find: async ({ name }, c) => {
    const Values = [imageName(name, c)]
    const found = await lookFor(
      c,
      shownWithinMs,
      async () => (await findImages(c, { Name: 'name', Values }))[0],
    )
    return found ? { status: 'done', output: { image: found.ImageId } } : { status: 'absent' }
  },
  undo: async (_input, { output, ...c }) => {
    await deregister(c, output.image)
    await deleteSnapshots(c)
    return undefined
  },
  touches: (_input, { image }) => [`image/${image}`],
  leaves: (_input, { image }) => [`image ${image} and its snapshots`],
})

// AWS refuses other characters in an image's name.
const imageName = (name: string, c: { readonly token: string }): string =>
  nameFor(name.replace(/[^A-Za-z0-9 ()[\]./'@_-]/g, '-'), c.token, nameLimit)

async function deregister(c: StepContext, image: string): Promise<void> {
  const [known] = await findImages(c, { Name: 'image-id', Values: [image] })
  if (!known) return
  try {
    await ec2Api(c, 'DeregisterImage', { ImageId: image, DeleteAssociatedSnapshots: true }, z.unknown())
  } catch (error) {
    if (/^InvalidAMIID\./.test(awsCode(error) ?? '')) return
    if (!/^(UnknownParameter|InvalidParameter)/.test(awsCode(error) ?? '')) throw error
    await ec2Api(c, 'DeregisterImage', { ImageId: image }, z.unknown())
  }
}

// Those that AWS has not deleted with the image: of one that was still pending, or where it cannot do that.
async function deleteSnapshots(c: ChangeContext<null>): Promise<void> {
  const Filters = [{ Name: `tag:${stepTag}`, Values: [c.token] }]
  const { Snapshots: left } = await ec2Api(c, 'DescribeSnapshots', { OwnerIds: ['self'], Filters }, Snapshots)
  await Promise.all(
    left.map(async ({ SnapshotId }) => {
      try {
        await ec2Api(c, 'DeleteSnapshot', { SnapshotId }, z.unknown())
      } catch (error) {
        if (awsCode(error) !== 'InvalidSnapshot.NotFound') throw error
      }
    }),
  )
}
