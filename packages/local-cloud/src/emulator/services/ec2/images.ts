import type { BlockDeviceMapping, CreateImageRequest, Image } from '@aws-sdk/client-ec2'
import { AwsError, type Failure } from '../../service.ts'
import { DamagedRecords } from '../../store.ts'
import type { Ec2Context } from './context.ts'
import { findOne, kinds, newId } from './ids.ts'
import type { ImageRecord, InstanceRecord } from './records.ts'
import { setTags, specifiedTags, tagList } from './tags.ts'

/** The one disk that every machine here has. */
export const rootDevice = '/dev/xvda'

/** Who owns imported images: not the customer, as with Amazon's own. */
const amazon = { ownerId: '137112412989', ownerAlias: 'amazon' }

/** The disks of images, and who copies from them: a disk is deleted only when no copy is being made. */
export class Images {
  readonly #ec2: Ec2Context
  readonly #copies = new Set<Promise<unknown>>()

  constructor(ec2: Ec2Context) {
    this.#ec2 = ec2
  }

  /**
   * The image to launch from.
   *
   * @throws AwsError `InvalidAMIID.NotFound`, or `.Unavailable` before it is available.
   */
  launchable(id: string): ImageRecord {
    const image = findOne(kinds.image, this.#ec2.records.images, id)
    if (image.state !== 'available') {
      throw new AwsError(
        'InvalidAMIID.Unavailable',
        `The image ID '${id}' is not available: it is ${image.state}`,
      )
    }
    return image
  }

  /** Keeps the images' disks while `copy` is at work. */
  async whileCopying<Result>(copy: Promise<Result>): Promise<Result> {
    this.#copies.add(copy)
    try {
      return await copy
    } finally {
      this.#copies.delete(copy)
    }
  }

  /** Makes an image that belongs to Amazon from a directory; the image of that name, if there is one already. */
  async import(name: string, directory?: string): Promise<string> {
    const { records, machines } = this.#ec2
    const existing = Object.values(records.images).find((image) => image.name === name)
    if (existing !== undefined) return existing.id
    const id = newId('ami')
    await machines.importImage(id, directory)
    this.#add(
      { id, name, ...amazon, createdAt: this.#ec2.now(), state: 'available', snapshotId: newId('snap') },
      'completed',
    )
    return id
  }

  /** CreateImage: the records now, the disk behind the call. One that is spoiled fails when it would become available. */
  create(request: CreateImageRequest, source: InstanceRecord, spoiled?: Failure): ImageRecord {
    const { Name = '', Description, NoReboot, TagSpecifications } = request
    this.#checkName(Name)
    const tags = specifiedTags(TagSpecifications, ['image', 'snapshot'])
    const image: ImageRecord = {
      id: newId('ami'),
      name: Name,
      ...(Description !== undefined && { description: Description }),
      ownerId: this.#ec2.account,
      snapshotId: newId('snap'),
      sourceInstanceId: source.id,
      createdAt: this.#ec2.now(),
      state: 'pending',
    }
    this.#add(image, 'pending', source)
    setTags(this.#ec2, image.id, tags.get('image') ?? {})
    setTags(this.#ec2, image.snapshotId, tags.get('snapshot') ?? {})
    this.#ec2.save()
    void this.#ec2.background(() => this.#bake(image, source, NoReboot === true, spoiled))
    return image
  }

  /** Deletes the record now, and the disk when nothing is copied from it. */
  deregister(id: string, withSnapshots: boolean): void {
    const { records } = this.#ec2
    const image = findOne(kinds.image, records.images, id)
    delete records.images[id]
    delete records.tags[id]
    if (withSnapshots) {
      delete records.snapshots[image.snapshotId]
      delete records.tags[image.snapshotId]
    }
    this.#ec2.save()
    if (image.state === 'available') void this.#ec2.background(() => this.#deleteDisk(id))
  }

  /**
   * What the last cloud process was baking when it ended has failed.
   *
   * @throws DamagedRecords when an image's disk is gone: nothing could be launched from it.
   */
  restore(): void {
    for (const image of Object.values(this.#ec2.records.images)) {
      if (image.state === 'available' && !this.#ec2.machines.hasImage(image.id))
        throw new DamagedRecords(undefined, `the image ${image.id} is on record, and its disk is gone`)
      if (image.state === 'pending') this.#fail(image, 'The local cloud ended while the image was made')
    }
  }

  async #bake(
    image: ImageRecord,
    source: InstanceRecord,
    running: boolean,
    spoiled: Failure | undefined,
  ): Promise<void> {
    const { clock, closing, latencies, records } = this.#ec2
    try {
      await Promise.all([this.#copyDisk(image, source, running), clock.sleep(latencies.image, closing)])
    } catch (error) {
      if (!closing.aborted) this.#fail(image, error instanceof Error ? error.message : String(error))
      throw error
    }
    if (records.images[image.id] === undefined) return this.#deleteDisk(image.id)
    if (spoiled) {
      this.#fail(image, spoiled.message, spoiled.code)
      return this.#deleteDisk(image.id)
    }
    image.state = 'available'
    this.#setSnapshotState(image, 'completed')
  }

  /** Without NoReboot the machine stands still while its disk is copied. */
  async #copyDisk(image: ImageRecord, source: InstanceRecord, noReboot: boolean): Promise<void> {
    const { machines } = this.#ec2
    const reboots = !noReboot && machines.isRunning(source.id)
    if (reboots) await machines.halt(source.id)
    try {
      await machines.snapshot(source.id, image.id)
    } finally {
      if (reboots && source.state === 'running') await machines.boot(source.id)
    }
  }

  async #deleteDisk(id: string): Promise<void> {
    await Promise.allSettled(this.#copies)
    // A cloud that ends here must not find the record of an image whose disk is gone.
    this.#ec2.flush()
    await this.#ec2.machines.deleteImage(id)
  }

  #fail(image: ImageRecord, message: string, code = 'Server.InternalError'): void {
    image.state = 'failed'
    image.stateReason = { Code: code, Message: message }
    this.#setSnapshotState(image, 'error')
  }

  #setSnapshotState({ snapshotId }: ImageRecord, state: 'completed' | 'error'): void {
    const snapshot = this.#ec2.records.snapshots[snapshotId]
    if (snapshot !== undefined) snapshot.state = state
    this.#ec2.save()
  }

  #add(image: ImageRecord, state: 'pending' | 'completed', source?: InstanceRecord): void {
    const { images, snapshots } = this.#ec2.records
    images[image.id] = image
    snapshots[image.snapshotId] = {
      id: image.snapshotId,
      description: source === undefined ? image.name : `Created by CreateImage(${source.id}) for ${image.id}`,
      ownerId: image.ownerId,
      volumeId: source?.volumes[0]?.id ?? 'vol-ffffffff',
      createdAt: image.createdAt,
      state,
    }
    this.#ec2.save()
  }

  #checkName(name: string): void {
    if (!/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/.test(name)) {
      throw new AwsError(
        'InvalidAMIName.Malformed',
        "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, and ()[] ./-'@_",
      )
    }
    const holder = Object.values(this.#ec2.records.images).find((image) => image.name === name)
    if (holder !== undefined) {
      throw new AwsError('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${holder.id}`)
    }
  }
}

/** What a launch from the image gets unless it asks for something else. */
export function imageDevices({ snapshotId }: ImageRecord): BlockDeviceMapping[] {
  const ebs = {
    SnapshotId: snapshotId,
    VolumeSize: 8,
    VolumeType: 'gp3',
    DeleteOnTermination: true,
    Encrypted: false,
  } as const
  return [{ DeviceName: rootDevice, Ebs: ebs }]
}

export function imageAnswer(ec2: Ec2Context, image: ImageRecord): Image {
  return {
    ImageId: image.id,
    Name: image.name,
    Description: image.description,
    ImageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
    ImageOwnerAlias: image.ownerAlias,
    OwnerId: image.ownerId,
    Public: image.ownerAlias !== undefined,
    State: image.state,
    StateReason: image.stateReason,
    SourceInstanceId: image.sourceInstanceId,
    CreationDate: image.createdAt,
    Architecture: 'x86_64',
    ImageType: 'machine',
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    EnaSupport: true,
    RootDeviceType: 'ebs',
    RootDeviceName: rootDevice,
    BlockDeviceMappings: imageDevices(image),
    ProductCodes: [],
    Tags: tagList(ec2, image.id),
  }
}
