import type { MachineSpec } from '../../hardware/machines.ts'
import type { Failure } from '../../service.ts'
import type { InstanceState } from './compute.ts'
import type { Ec2Context } from './context.ts'
import type { InstanceRecord } from './records.ts'

/** What the status checks of a running instance say. */
export type BootState = 'initializing' | 'ok' | 'impaired'

const internalError: Failure = { code: 'Server.InternalError', message: 'Internal error on launch' }

/** AWS seconds for which a terminated instance can still be described. */
const memory = 3600

/** Moves instances through their states, with the machines below them. */
export class Lifecycle {
  readonly #ec2: Ec2Context
  readonly #listeners = new Set<(record: InstanceRecord) => void>()
  readonly #boots = new Map<string, BootState>()
  /** Instances that halt to boot again. */
  readonly #rebooting = new Set<string>()

  constructor(ec2: Ec2Context) {
    this.#ec2 = ec2
  }

  onChange(listener: (record: InstanceRecord) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  bootState({ id }: InstanceRecord): BootState {
    return this.#boots.get(id) ?? 'initializing'
  }

  /** All instances; those that were terminated long ago are forgotten first. */
  all(): InstanceRecord[] {
    const { instances, tags, launches } = this.#ec2.records
    const { clock } = this.#ec2
    const horizon = clock.now().getTime() - clock.milliseconds(memory)
    const forgotten = Object.values(instances).filter(
      (each) => each.terminatedAt && Date.parse(each.terminatedAt) < horizon,
    )
    for (const { id, networkInterfaceId, volumes, clientToken } of forgotten) {
      delete instances[id]
      for (const each of [id, networkInterfaceId, ...volumes.map((volume) => volume.id)]) delete tags[each]
      if (clientToken !== undefined) delete launches[clientToken]
    }
    if (forgotten.length > 0) this.#ec2.save()
    return Object.values(instances)
  }

  /** A new or a started machine: `pending`, then `running` while it boots; one that is spoiled ends instead. */
  begin(record: InstanceRecord, spoiled?: Failure): void {
    const { clock, closing, latencies } = this.#ec2
    this.#enter(record, 'pending')
    void this.#ec2.background(async () => {
      await clock.sleep(latencies.launch, closing)
      if (record.state !== 'pending') return
      if (spoiled) {
        await this.#ec2.machines.destroy(record.id)
        return this.#lost(record, spoiled)
      }
      this.#enter(record, 'running')
      await this.#boot(record)
    })
  }

  terminate(record: InstanceRecord): void {
    if (record.state === 'terminated' || record.state === 'shutting-down') return
    this.#requested(record)
    this.#enter(record, 'shutting-down')
    void this.#ec2.background(() => this.#finish(record))
  }

  stop(record: InstanceRecord): void {
    if (record.state === 'stopped' || record.state === 'stopping') return
    this.#requested(record)
    this.#enter(record, 'stopping')
    void this.#ec2.background(() => this.#halt(record))
  }

  start(record: InstanceRecord): void {
    if (record.state !== 'stopped') return
    delete record.stateReason
    record.transition = ''
    record.launchTime = this.#ec2.now()
    this.begin(record)
  }

  reboot(record: InstanceRecord): void {
    const { id } = record
    if (this.#rebooting.has(id)) return
    this.#rebooting.add(id)
    void this.#ec2.background(async () => {
      await this.#ec2.machines.halt(id).finally(() => this.#rebooting.delete(id))
      // One that was stopped or terminated meanwhile stays down.
      if (record.state === 'running') await this.#boot(record)
    })
  }

  /** Takes the machines of an earlier cloud process over; resolves when those that run have booted. */
  async restore(): Promise<void> {
    const { instances, images, launches } = this.#ec2.records
    const known = Object.values(instances)
    // That process may have ended in the middle of a launch: its disks are nobody's, and its token has made nothing.
    await this.#ec2.machines.clear({ machines: Object.keys(instances), images: Object.keys(images) })
    for (const [token, { reservationId }] of Object.entries(launches))
      if (!known.some((each) => each.reservationId === reservationId)) delete launches[token]
    await Promise.all(known.map((record) => this.#adopt(record)))
  }

  async #adopt(record: InstanceRecord): Promise<void> {
    if (record.state === 'terminated') return
    const { id, address, sshPort } = record
    try {
      await this.#ec2.machines.adopt(specOf(record), { id, address, sshPort })
    } catch (error) {
      // The last cloud may have ended between the end of the machine and the note of it.
      if (record.state === 'shutting-down') return this.#end(record)
      this.#ec2.report(error)
      this.#lost(record)
      return
    }
    if (record.state === 'pending') this.begin(record)
    else if (record.state === 'running') await this.#boot(record)
    else if (record.state === 'stopping') void this.#ec2.background(() => this.#halt(record))
    else if (record.state === 'shutting-down') void this.#ec2.background(() => this.#finish(record))
  }

  async #boot(record: InstanceRecord): Promise<void> {
    this.#boots.set(record.id, 'initializing')
    try {
      await this.#ec2.machines.boot(record.id)
      this.#boots.set(record.id, 'ok')
    } catch (error) {
      this.#boots.set(record.id, 'impaired')
      // A machine that is taken away in mid-boot may well fail to boot.
      if (record.state === 'running' && !this.#ec2.closing.aborted) this.#ec2.report(error)
    }
  }

  async #halt(record: InstanceRecord): Promise<void> {
    const { machines, clock, latencies, closing } = this.#ec2
    await Promise.all([machines.halt(record.id), clock.sleep(latencies.stop, closing)])
    if (record.state === 'stopping') this.#enter(record, 'stopped')
  }

  async #finish(record: InstanceRecord): Promise<void> {
    const { machines, clock, latencies, closing } = this.#ec2
    await Promise.all([machines.destroy(record.id), clock.sleep(latencies.terminate, closing)])
    this.#end(record)
  }

  #lost(record: InstanceRecord, { code, message }: Failure = internalError): void {
    record.stateReason = { Code: code, Message: `${code}: ${message}` }
    this.#end(record)
  }

  #end(record: InstanceRecord): void {
    record.terminatedAt = this.#ec2.now()
    this.#boots.delete(record.id)
    this.#enter(record, 'terminated')
  }

  #requested(record: InstanceRecord): void {
    const when = this.#ec2
      .now()
      .replace('T', ' ')
      .replace(/\.\d+Z$/, ' GMT')
    record.transition = `User initiated (${when})`
    record.stateReason = {
      Code: 'Client.UserInitiatedShutdown',
      Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
    }
  }

  #enter(record: InstanceRecord, state: InstanceState): void {
    record.state = state
    this.#ec2.save()
    for (const listener of this.#listeners) listener(record)
  }
}

function specOf(record: InstanceRecord): MachineSpec {
  const { id, imageId, authorizedKeys, userData } = record
  return {
    id,
    image: imageId,
    authorizedKeys,
    ...(userData !== undefined && { userData: Buffer.from(userData, 'base64').toString('utf8') }),
  }
}
