import { awsCode, type Ec2Filter, ec2Api, filteredPages } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'

const Snapshots = z.object({
  Snapshots: z.array(
    z.object({
      SnapshotId: z.string(),
      Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
    }),
  ),
  NextToken: z.string().optional(),
})

type DescribedSnapshot = z.infer<typeof Snapshots>['Snapshots'][number]

/** Deregisters an image with its snapshots, where AWS can do that at once; content with one that is gone. */
export async function deregister(c: StepContext, image: string): Promise<void> {
  try {
    await ec2Api(c, 'DeregisterImage', { ImageId: image, DeleteAssociatedSnapshots: true }, z.unknown())
  } catch (error) {
    if (/^InvalidAMIID\./.test(awsCode(error) ?? '')) return
    if (!/^(UnknownParameter|InvalidParameter)/.test(awsCode(error) ?? '')) throw error
    await ec2Api(c, 'DeregisterImage', { ImageId: image }, z.unknown())
  }
}

/** The ids of the account's own snapshots by a filter. */
export const findSnapshots = async (c: StepContext, filter: Ec2Filter): Promise<string[]> =>
  (await describeSnapshots(c, filter)).map(({ SnapshotId }) => SnapshotId)

/** The account's own snapshots by a filter (`DescribeSnapshots`). */
export const describeSnapshots = (c: StepContext, filter: Ec2Filter): Promise<DescribedSnapshot[]> =>
  filteredPages(filter, async (Filters, NextToken) => {
    const page = await ec2Api(c, 'DescribeSnapshots', { OwnerIds: ['self'], Filters, NextToken }, Snapshots)
    return { items: page.Snapshots, next: page.NextToken }
  })

/** Deletes a snapshot; content with one that is gone. */
export async function deleteSnapshot(c: StepContext, SnapshotId: string): Promise<void> {
  try {
    await ec2Api(c, 'DeleteSnapshot', { SnapshotId }, z.unknown())
  } catch (error) {
    if (awsCode(error) !== 'InvalidSnapshot.NotFound') throw error
  }
}
