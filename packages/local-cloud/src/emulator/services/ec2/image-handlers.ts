import type { Snapshot } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { Ec2Context, Ec2Handlers } from './context.ts'
import { type Fields, filtered } from './filters.ts'
import { findAll, findOne, kinds } from './ids.ts'
import { type Images, imageAnswer, rootDevice } from './images.ts'
import { ec2Page } from './pages.ts'
import type { ImageRecord, SnapshotRecord } from './records.ts'
import { tagList, tagsOf } from './tags.ts'
import { refuseYoung } from './young.ts'

const imageFields: Fields<ImageRecord> = {
  'image-id': ({ id }) => [id],
  name: ({ name }) => [name],
  description: ({ description }) => [description],
  state: ({ state }) => [state],
  'owner-id': ({ ownerId }) => [ownerId],
  'owner-alias': ({ ownerAlias }) => [ownerAlias],
  'creation-date': ({ createdAt }) => [createdAt],
  'source-instance-id': ({ sourceInstanceId }) => [sourceInstanceId],
  'block-device-mapping.snapshot-id': ({ snapshotId }) => [snapshotId],
  'root-device-name': () => [rootDevice],
  'root-device-type': () => ['ebs'],
  architecture: () => ['x86_64'],
  'virtualization-type': () => ['hvm'],
  hypervisor: () => ['xen'],
  'image-type': () => ['machine'],
  'ena-support': () => ['true'],
  'is-public': ({ ownerAlias }) => [`${ownerAlias !== undefined}`],
}

const snapshotFields: Fields<SnapshotRecord> = {
  'snapshot-id': ({ id }) => [id],
  status: ({ state }) => [state],
  description: ({ description }) => [description],
  'owner-id': ({ ownerId }) => [ownerId],
  'volume-id': ({ volumeId }) => [volumeId],
}

export function imageHandlers(ec2: Ec2Context, images: Images): Ec2Handlers {
  const { records } = ec2
  return {
    CreateImage(request, { spoiled }) {
      const source = findOne(kinds.instance, records.instances, request.InstanceId ?? '')
      if (source.state !== 'running' && source.state !== 'stopped') {
        throw new AwsError(
          'IncorrectState',
          `Instance ${source.id} is ${source.state}: an image is made of a running or a stopped one.`,
        )
      }
      return { ImageId: images.create(request, source, spoiled).id }
    },
    DescribeImages(input) {
      const found = findAll(kinds.image, records.images, input.ImageIds ?? Object.keys(records.images))
      if (input.ImageIds !== undefined) {
        refuseYoung(
          ec2,
          kinds.image,
          found.map(({ id, createdAt }) => ({ id, madeAt: createdAt })),
        )
      }
      const owned = found.filter((image) => isOwner(ec2, image, input.Owners))
      const wanted = filtered(owned, input.Filters, imageFields, ({ id }) => tagsOf(ec2, id))
      const { items, next } = ec2Page(wanted, input, 1)
      return { Images: items.map((image) => imageAnswer(ec2, image)), NextToken: next }
    },
    DeregisterImage({ ImageId = '', DeleteAssociatedSnapshots = false }) {
      const image = findOne(kinds.image, records.images, ImageId)
      if (image.ownerId !== ec2.account) {
        throw new AwsError('AuthFailure', `Not authorized for image:${ImageId}`, 403)
      }
      images.deregister(ImageId, DeleteAssociatedSnapshots)
      const deleted = DeleteAssociatedSnapshots
        ? [{ SnapshotId: image.snapshotId, ReturnCode: 'success' as const }]
        : []
      return { Return: true, DeleteSnapshotResults: deleted }
    },
    DescribeSnapshots(input) {
      const found = findAll(
        kinds.snapshot,
        records.snapshots,
        input.SnapshotIds ?? Object.keys(records.snapshots),
      )
      const owned = found.filter((snapshot) => isOwner(ec2, snapshot, input.OwnerIds))
      const wanted = filtered(owned, input.Filters, snapshotFields, ({ id }) => tagsOf(ec2, id))
      const { items, next } = ec2Page(wanted, input)
      return { Snapshots: items.map((snapshot) => snapshotAnswer(ec2, snapshot)), NextToken: next }
    },
    DeleteSnapshot({ SnapshotId = '' }) {
      const snapshot = findOne(kinds.snapshot, records.snapshots, SnapshotId)
      const user = Object.values(records.images).find(({ snapshotId }) => snapshotId === snapshot.id)
      if (user !== undefined) {
        throw new AwsError(
          'InvalidSnapshot.InUse',
          `The snapshot ${snapshot.id} is currently in use by ${user.id}`,
        )
      }
      delete records.snapshots[snapshot.id]
      delete records.tags[snapshot.id]
      ec2.save()
      return {}
    },
  }
}

function isOwner(
  { account }: Ec2Context,
  { ownerId, ownerAlias }: { readonly ownerId: string; readonly ownerAlias?: string },
  owners: readonly string[] | undefined,
): boolean {
  if (owners === undefined || owners.length === 0) return true
  return owners.some(
    (owner) => owner === ownerId || owner === ownerAlias || (owner === 'self' && ownerId === account),
  )
}

function snapshotAnswer(ec2: Ec2Context, snapshot: SnapshotRecord): Snapshot {
  return {
    SnapshotId: snapshot.id,
    Description: snapshot.description,
    OwnerId: snapshot.ownerId,
    VolumeId: snapshot.volumeId,
    VolumeSize: 8,
    StartTime: new Date(snapshot.createdAt),
    State: snapshot.state,
    Progress: snapshot.state === 'completed' ? '100%' : '0%',
    Encrypted: false,
    StorageTier: 'standard',
    Tags: tagList(ec2, snapshot.id),
  }
}
