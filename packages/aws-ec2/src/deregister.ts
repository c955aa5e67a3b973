import { awsCode, ec2Api } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from 'zod'
import type { InstanceFilter } from './instances.ts'

const Snapshots = z.object({ Snapshots: z.array(z.object({ SnapshotId: z.string() })) })

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

/** The account's own snapshots by a filter (`DescribeSnapshots`); none for a filter without values. */
export async function findSnapshots(c: StepContext, filter: InstanceFilter): Promise<string[]> {
  if (filter.Values.length === 0) return []
  const input = { OwnerIds: ['self'], Filters: [filter] }
  const { Snapshots: found } = await ec2Api(c, 'DescribeSnapshots', input, Snapshots)
  return found.map(({ SnapshotId }) => SnapshotId)
}

/** Deletes a snapshot; content with one that is gone. */
export async function deleteSnapshot(c: StepContext, SnapshotId: string): Promise<void> {
  try {
    await ec2Api(c, 'DeleteSnapshot', { SnapshotId }, z.unknown())
  } catch (error) {
    if (awsCode(error) !== 'InvalidSnapshot.NotFound') throw error
  }
}
