import { runTag } from '@viridian/aws'
import { defineRead, type LeftoverKind } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { describeSnapshots } from '../deregister.ts'
import { findImages, snapshotsOf } from '../images.ts'
import { removeSnapshot } from './remove-snapshot.ts'

/** Finds the snapshots of images that runs have baked and that are gone. */
export const findMadeSnapshots = defineRead({
  name: 'aws-ec2/find-made-snapshots',
  version: 1,
  input: z.strictObject({}),
  output: z.array(z.strictObject({ id: z.string(), run: z.string() })),
  calls: ['ec2:DescribeSnapshots', 'ec2:DescribeImages'],
  title: () => 'find snapshots of images that are gone',
  run: async (_input, c) => {
    const ofRuns = { Name: 'tag-key', Values: [runTag] }
    const [found, images] = await Promise.all([describeSnapshots(c, ofRuns), findImages(c, ofRuns)])
    // Should somebody else's image be made of one, AWS will not delete it, and that is said.
    const used = new Set(images.flatMap(snapshotsOf))
    return found
      .filter(({ SnapshotId }) => !used.has(SnapshotId))
      .map(({ SnapshotId: id, Tags }) => ({ id, run: Tags.find(({ Key }) => Key === runTag)?.Value ?? '' }))
  },
})

/** Snapshots whose image is gone. */
export const leftSnapshots: LeftoverKind = {
  kind: 'snapshot',
  after: ['image'],
  find: async (t) =>
    (await t.step(findMadeSnapshots, {})).map(({ id, run }) => ({
      thing: `snapshot/${id}`,
      title: `snapshot ${id}, whose image is gone`,
      run,
      remove: async (t) => {
        await t.step(removeSnapshot, { snapshot: id })
      },
    })),
}
