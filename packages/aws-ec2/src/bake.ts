import type { Instance } from '@viridian/aws'
import { type Steps, ViridianError } from '@viridian/core'
import { createImage } from './create-image.ts'
import { seeAvailable } from './images.ts'

/** What a baked image is called. */
export interface BakeOptions {
  /** What people will know the image by; a part of its own is added. @default the instance's Name tag */
  readonly name?: string
}

/** Bakes an image of a running instance: see `Ec2.bake`. */
export async function bake(t: Steps, instance: Instance | undefined, options: BakeOptions): Promise<string> {
  if (!instance)
    throw new ViridianError('E_INSTANCE_NONE', 'there is no instance to bake an image of', {
      hint: 'launch at least one first',
    })
  const { name = instance.labels.name ?? 'image' } = options
  return t.move({ name: 'bake', title: `bake ${instance.id}` }, async (t) => {
    const { image } = await t.step(createImage, { instance: instance.id, name })
    await t.step(seeAvailable, { image })
    return image
  })
}
