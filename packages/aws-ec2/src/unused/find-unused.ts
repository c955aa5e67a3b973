import { LaunchSource, runTag, sourceThing } from '@viridian/aws'
import { defineRead, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type DescribedImage, findImages } from '../images.ts'
import { usersOf } from './image-users.ts'

/** What may be removed of some images, and what has to stay. */
export const UnusedImages = z.strictObject({
  /** The ids of those that nothing uses. */
  unused: z.array(z.string()),
  /** The others, and why they stay. */
  kept: z.array(z.strictObject({ image: z.string(), reason: z.string() })),
})

export type UnusedImages = z.infer<typeof UnusedImages>

/** The calls by which it is found out whether an image is in use. */
export const usageCalls = [
  'ec2:DescribeImages',
  'ec2:DescribeInstances',
  'ec2:DescribeLaunchTemplates',
  'ec2:DescribeLaunchTemplateVersions',
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeLaunchConfigurations',
]

/**
 * Finds which of these images a run of Viridian has baked in this account and nothing uses any more: no instance, no
 * launch configuration, no version of a launch template, but for the launch sources that are removed with them.
 */
export const findUnused = defineRead({
  name: 'aws-ec2/find-unused',
  version: 1,
  input: z.strictObject({ images: z.array(z.string()), without: z.array(LaunchSource) }),
  output: UnusedImages,
  calls: usageCalls,
  title: ({ images }) => `find out who uses ${[...new Set(images)].join(', ')}`,
  run: ({ images, without }, c) => unusedOf(c, images, without.map(sourceThing)),
})

/** @param without users that don't count, as steps name what they touch */
export async function unusedOf(
  c: StepContext,
  images: readonly string[],
  without: readonly string[] = [],
): Promise<UnusedImages> {
  const asked = [...new Set(images)]
  if (asked.length === 0) return { unused: [], kept: [] }
  const own = new Map(
    (await findImages(c, { Name: 'image-id', Values: asked })).map((each) => [each.ImageId, each]),
  )
  const ours = asked.filter((image) => whyNotOurs(own.get(image)) === undefined)
  const users = (await usersOf(c, ours)).filter(({ by }) => !without.includes(by))
  const found = asked.map((image) => ({
    image,
    reason: whyNotOurs(own.get(image)) ?? users.find((user) => user.image === image)?.text,
  }))
  return {
    unused: found.flatMap(({ image, reason }) => (reason === undefined ? [image] : [])),
    kept: found.flatMap(({ image, reason }) => (reason === undefined ? [] : [{ image, reason }])),
  }
}

/** Why an image is not ours to remove, whoever uses it; undefined for one that is. */
export function whyNotOurs(image: DescribedImage | undefined): string | undefined {
  if (!image) return "it is none of this account's images"
  if (!image.Tags.some(({ Key }) => Key === runTag)) return 'no run of Viridian has baked it'
  if (image.Public) return 'it is public'
  return image.DeregistrationProtection?.startsWith('enabled')
    ? 'it is protected against being deregistered'
    : undefined
}
