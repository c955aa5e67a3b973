import type { Volume } from '@aws-sdk/client-ec2'
import { AwsError } from '../../service.ts'
import type { Ec2Context, Ec2Handlers } from './context.ts'
import { type Fields, filtered } from './filters.ts'
import { findAll, kinds } from './ids.ts'
import { ec2Page } from './pages.ts'
import type { InstanceRecord, VolumeRecord } from './records.ts'
import { tagList, tagsOf } from './tags.ts'

const fields: Fields<Volume> = {
  'volume-id': ({ VolumeId }) => [VolumeId],
  'volume-type': ({ VolumeType }) => [VolumeType],
  'availability-zone': ({ AvailabilityZone }) => [AvailabilityZone],
  'snapshot-id': ({ SnapshotId }) => [SnapshotId],
  size: ({ Size }) => [`${Size}`],
  status: ({ State }) => [State],
  encrypted: ({ Encrypted }) => [`${Encrypted}`],
  'create-time': ({ CreateTime }) => [CreateTime?.toISOString()],
  'attachment.instance-id': ({ Attachments = [] }) => Attachments.map(({ InstanceId }) => InstanceId),
  'attachment.device': ({ Attachments = [] }) => Attachments.map(({ Device }) => Device),
  'attachment.status': ({ Attachments = [] }) => Attachments.map(({ State }) => State),
  'attachment.delete-on-termination': ({ Attachments = [] }) =>
    Attachments.map(({ DeleteOnTermination }) => `${DeleteOnTermination}`),
}

/** The disks of instances: a machine has one directory, whatever is said of them. */
export function volumeHandlers(ec2: Ec2Context): Ec2Handlers {
  return {
    DescribeVolumes(input) {
      if (input.VolumeIds?.length && input.MaxResults !== undefined) {
        throw new AwsError(
          'InvalidParameterCombination',
          'The parameter volumeSet cannot be used with the parameter maxResults',
        )
      }
      const all = Object.fromEntries(volumesOf(ec2).map((volume) => [volume.VolumeId ?? '', volume]))
      const asked = findAll(kinds.volume, all, input.VolumeIds ?? Object.keys(all))
      const wanted = filtered(asked, input.Filters, fields, ({ VolumeId = '' }) => tagsOf(ec2, VolumeId))
      const { items, next } = ec2Page(wanted, input)
      return { Volumes: [...items], NextToken: next }
    },
  }
}

/** Those of instances that are there, and what terminated ones have left. */
function volumesOf(ec2: Ec2Context): Volume[] {
  return Object.values(ec2.records.instances).flatMap((instance) => {
    const left = instance.volumes.filter((volume) => !volume.deleteOnTermination)
    const volumes = instance.state === 'terminated' ? left : instance.volumes
    return volumes.map((volume) => volumeAnswer(ec2, instance, volume))
  })
}

function volumeAnswer(ec2: Ec2Context, instance: InstanceRecord, volume: VolumeRecord): Volume {
  const { id, device, deleteOnTermination, size = 8, type = 'gp3', encrypted = false } = volume
  const attached = instance.state !== 'terminated'
  return {
    VolumeId: id,
    // The SDK lists the types that it knows; the wire carries any text.
    VolumeType: type as Volume['VolumeType'],
    Size: size,
    Iops: volume.iops ?? defaultIops(type, size),
    ...(type === 'gp3' && { Throughput: volume.throughput ?? 125 }),
    SnapshotId: volume.snapshotId ?? '',
    AvailabilityZone: instance.availabilityZone,
    CreateTime: new Date(instance.createdAt),
    Encrypted: encrypted,
    MultiAttachEnabled: false,
    State: attached ? 'in-use' : 'available',
    Attachments: attached
      ? [
          {
            VolumeId: id,
            InstanceId: instance.id,
            Device: device,
            State: 'attached',
            AttachTime: new Date(instance.createdAt),
            DeleteOnTermination: deleteOnTermination,
          },
        ]
      : [],
    Tags: tagList(ec2, id),
  }
}

function defaultIops(type: string, size: number): number | undefined {
  if (type === 'gp3') return 3000
  return type === 'gp2' ? Math.min(16_000, Math.max(100, 3 * size)) : undefined
}
