import { runTag, stemOf } from '@viridian/aws'
import { defineRead, type LeftoverKind } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { findImages } from '../images.ts'
import { usageCalls, whyNotOurs } from './find-unused.ts'
import { usersOf } from './image-users.ts'
import { removeImages } from './remove-images.ts'

/** Finds the images that runs have baked, and who uses each. */
export const findMadeImages = defineRead({
  name: 'aws-ec2/find-made-images',
  version: 1,
  /** Users that don't count: they will be gone. */
  input: z.strictObject({ without: z.array(z.string()) }),
  output: z.array(
    z.strictObject({
      id: z.string(),
      /** What people know the images of this series by. */
      name: z.string(),
      run: z.string(),
      /** False for one that failed, or is not finished: it keeps no other from being one of the newest. */
      available: z.boolean(),
      user: z.string().exactOptional(),
      /** Why it is not ours to remove. */
      foreign: z.string().exactOptional(),
    }),
  ),
  calls: usageCalls,
  title: () => 'find the images that runs have baked',
  run: async ({ without }, c) => {
    const found = await findImages(c, { Name: 'tag-key', Values: [runTag] })
    const users = (
      await usersOf(
        c,
        found.map(({ ImageId }) => ImageId),
      )
    ).filter(({ by }) => !without.includes(by))
    return found.map((image) => {
      const { ImageId: id, Name, State, Tags } = image
      const tag = (key: string): string | undefined => Tags.find(({ Key }) => Key === key)?.Value
      const user = users.find((each) => each.image === id)?.text
      const foreign = whyNotOurs(image)
      return {
        id,
        name: tag('Name') ?? stemOf(Name),
        run: tag(runTag) ?? '',
        available: State === 'available',
        ...(user !== undefined && { user }),
        ...(foreign !== undefined && { foreign }),
      }
    })
  },
})

/** The images that runs have baked. */
export const leftImages: LeftoverKind = {
  kind: 'image',
  after: ['group', 'instance', 'launch source'],
  find: async (t, going) =>
    (await t.step(findMadeImages, { without: going.things })).map(
      ({ id, name, run, available, user, foreign }) => ({
        thing: `image/${id}`,
        title: `image ${id} of ${name}, with its snapshots`,
        run,
        ...(available && { series: name }),
        ...(user !== undefined && { inUse: user }),
        ...(foreign !== undefined && { undecided: foreign }),
        remove: (t) => removeImages(t, [id]),
      }),
    ),
}
