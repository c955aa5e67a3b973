import { createHash } from 'node:crypto'
import type { BlockDeviceMapping, RunInstancesRequest } from '@aws-sdk/client-ec2'
import type { Machine } from '../../hardware/machines.ts'
import { AwsError, dryRunOperation, type Failure } from '../../service.ts'
import type { Ec2Context } from './context.ts'
import { newId } from './ids.ts'
import type { Images } from './images.ts'
import { type LaunchPlan, planLaunch } from './launch-plan.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { InstanceRecord, VolumeRecord } from './records.ts'
import { limited, setTags } from './tags.ts'

/** Tags by resource type: `instance`, `volume`, `network-interface`. */
export type LaunchTags = ReadonlyMap<string, Readonly<Record<string, string>>>

/** RunInstances: from a request to machines that are `pending`. */
export class Launcher {
  readonly #ec2: Ec2Context
  readonly #images: Images
  readonly #lifecycle: Lifecycle
  /** Launches whose machines are being made, by client token: a repeated call waits for the first. */
  readonly #underWay = new Map<string, Promise<InstanceRecord[]>>()

  constructor(ec2: Ec2Context, images: Images, lifecycle: Lifecycle) {
    this.#ec2 = ec2
    this.#images = images
    this.#lifecycle = lifecycle
  }

  /**
   * Starts `count` instances, or answers what the same client token has started before.
   *
   * @throws AwsError `IdempotentParameterMismatch` when the token's parameters were others.
   */
  async launch(
    request: RunInstancesRequest,
    count: number,
    tags: LaunchTags,
    spoiled?: Failure,
  ): Promise<InstanceRecord[]> {
    const { ClientToken: token, DryRun: isTrial, ...parameters } = request
    if (!token || isTrial === true) return this.#launchOnce(request, count, tags, newId('r'), spoiled)
    if (token.length > 64) {
      throw new AwsError('InvalidParameterValue', 'The client token may have at most 64 characters')
    }
    const { records } = this.#ec2
    const digest = createHash('sha256').update(JSON.stringify(parameters)).digest('hex')
    const earlier = records.launches[token]
    if (earlier === undefined) {
      const launch = this.#launchFor(token, digest, request, count, tags, spoiled)
      this.#underWay.set(token, launch)
      return launch.finally(() => this.#underWay.delete(token))
    }
    if (earlier.digest !== digest) {
      throw new AwsError(
        'IdempotentParameterMismatch',
        'The client token you have provided is associated with a previous request with different parameters',
      )
    }
    await this.#underWay.get(token)
    return Object.values(records.instances).filter((each) => each.reservationId === earlier.reservationId)
  }

  async #launchFor(
    token: string,
    digest: string,
    request: RunInstancesRequest,
    count: number,
    tags: LaunchTags,
    spoiled: Failure | undefined,
  ): Promise<InstanceRecord[]> {
    const { launches } = this.#ec2.records
    const reservationId = newId('r')
    launches[token] = { digest, reservationId }
    try {
      return await this.#launchOnce(request, count, tags, reservationId, spoiled)
    } catch (error) {
      // A token whose launch was refused may be used again.
      delete launches[token]
      throw error
    }
  }

  async #launchOnce(
    request: RunInstancesRequest,
    count: number,
    tags: LaunchTags,
    reservationId: string,
    spoiled: Failure | undefined,
  ): Promise<InstanceRecord[]> {
    const plan = planLaunch(this.#ec2, this.#images, request)
    // A launch that is refused leaves nothing behind.
    for (const each of tags.values()) limited(each)
    if (request.DryRun === true) throw dryRunOperation()
    const machines = await this.#images.whileCopying(this.#createMachines(plan, count))
    const records = machines.map((machine, index) =>
      recordOf(plan, machine, index, reservationId, this.#ec2.now()),
    )
    for (const record of records) this.#add(record, tags)
    this.#ec2.save()
    for (const record of records) this.#lifecycle.begin(record, spoiled)
    return records
  }

  /** All of them, or none. */
  async #createMachines(plan: LaunchPlan, count: number): Promise<Machine[]> {
    const { machines } = this.#ec2
    const specs = Array.from({ length: count }, () => ({
      id: newId('i'),
      image: plan.imageId,
      authorizedKeys: plan.authorizedKeys,
      ...(plan.userData !== undefined && { userData: Buffer.from(plan.userData, 'base64').toString('utf8') }),
    }))
    const results = await Promise.allSettled(specs.map((spec) => machines.create(spec)))
    const created = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed === undefined) return created
    await Promise.all(created.map(({ id }) => machines.destroy(id)))
    const reason: unknown = failed.reason
    throw new AwsError(
      'InsufficientInstanceCapacity',
      `No machine could be made: ${reason instanceof Error ? reason.message : reason}`,
      500,
    )
  }

  #add(record: InstanceRecord, tags: LaunchTags): void {
    this.#ec2.records.instances[record.id] = record
    setTags(this.#ec2, record.id, { ...tags.get('instance'), ...templateTags(record) })
    setTags(this.#ec2, record.networkInterfaceId, tags.get('network-interface') ?? {})
    for (const { id } of record.volumes) setTags(this.#ec2, id, tags.get('volume') ?? {})
  }
}

/** The tags by which EC2 says what an instance was launched from. */
function templateTags({ launchTemplate }: InstanceRecord): Readonly<Record<string, string>> {
  if (launchTemplate === undefined) return {}
  return {
    'aws:ec2launchtemplate:id': launchTemplate.id,
    'aws:ec2launchtemplate:version': launchTemplate.version,
  }
}

function recordOf(
  { devices, ...plan }: LaunchPlan,
  { id, address, sshPort }: Machine,
  launchIndex: number,
  reservationId: string,
  now: string,
): InstanceRecord {
  return {
    ...plan,
    id,
    address,
    sshPort,
    reservationId,
    launchIndex,
    createdAt: now,
    launchTime: now,
    networkInterfaceId: newId('eni'),
    volumes: devices.map(volumeOf),
  }
}

function volumeOf({ DeviceName: device = '', Ebs: disk = {} }: BlockDeviceMapping): VolumeRecord {
  return {
    id: newId('vol'),
    device,
    deleteOnTermination: disk.DeleteOnTermination ?? true,
    ...(disk.VolumeSize !== undefined && { size: disk.VolumeSize }),
    ...(disk.VolumeType !== undefined && { type: disk.VolumeType }),
    ...(disk.Encrypted !== undefined && { encrypted: disk.Encrypted }),
    ...(disk.SnapshotId !== undefined && { snapshotId: disk.SnapshotId }),
    ...(disk.Iops !== undefined && { iops: disk.Iops }),
    ...(disk.Throughput !== undefined && { throughput: disk.Throughput }),
  }
}
