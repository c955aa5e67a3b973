import { ec2Api, lookFor, nameFor, stepTag, tagsOf } from '@viridian/aws'
import { defineChange } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { deleteSnapshot, deregister, findSnapshots } from './deregister.ts'
import { findImages } from './images.ts'

const nameLimit = 128

const Input = z.strictObject({ instance: z.string(), name: z.string() })
const Output = z.strictObject({ image: z.string() })
const Created = z.object({ ImageId: z.string() })

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
    const found = await lookFor(c, async () => (await findImages(c, { Name: 'name', Values }))[0])
    return found ? { status: 'done', output: { image: found.ImageId } } : { status: 'absent' }
  },
  undo: async (_input, { output, ...c }) => {
    const Values = [output.image]
    const known = await lookFor(c, async () => (await findImages(c, { Name: 'image-id', Values }))[0])
    if (known) await deregister(c, output.image)
    // Those that AWS has not deleted with the image: of one that was still pending, or where it cannot do that.
    const left = await findSnapshots(c, { Name: `tag:${stepTag}`, Values: [c.token] })
    await Promise.all(left.map((snapshot) => deleteSnapshot(c, snapshot)))
    return undefined
  },
  touches: (_input, { image }) => [`image/${image}`],
  makes: (_input, { image }) => [`image/${image}`],
  leaves: (_input, { image }) => [`image ${image} and its snapshots`],
})

// AWS refuses other characters in an image's name.
const imageName = (name: string, c: { readonly token: string }): string =>
  nameFor(name.replace(/[^A-Za-z0-9 ()[\]./'@_-]/g, '-'), c.token, nameLimit)
