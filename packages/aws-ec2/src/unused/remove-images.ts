import type { LaunchSource } from '@viridian/aws'
import type { Steps } from '@viridian/core'
import { findUnused, type UnusedImages } from './find-unused.ts'
import { removeImage } from './remove-image.ts'
import { removeSnapshot } from './remove-snapshot.ts'

/** Whose use of an image does not count. */
export interface UnusedOptions {
  /** Launch sources that don't count as users: they are to be removed as well. */
  readonly without?: readonly LaunchSource[]
}

/** Finds the images that may be removed: see `Ec2.unused`. */
export async function unused(
  t: Steps,
  images: readonly string[],
  { without = [] }: UnusedOptions = {},
): Promise<UnusedImages> {
  if (images.length === 0) return { unused: [], kept: [] }
  return t.step(findUnused, { images: [...images], without: [...without] })
}

/** Removes images with their snapshots: see `Ec2.removeImages`. */
export async function removeImages(t: Steps, images: readonly string[]): Promise<void> {
  if (images.length === 0) return
  await t.move({ name: 'remove-images', title: `remove ${images.join(', ')}` }, async (t) => {
    for (const image of images) {
      const { snapshots } = await t.step(removeImage, { image })
      for (const snapshot of snapshots) await t.step(removeSnapshot, { snapshot })
    }
  })
}
