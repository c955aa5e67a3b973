import type { ComputeInstance, ComputeSubnet } from '../ec2/compute.ts'
import { type Allocation, allocations } from './allocation.ts'
import { atRisk } from './capacity-rebalancing.ts'
import { capacityOf, type Group, type Member } from './group.ts'
import { launchOf } from './group-launch.ts'
import type { LaunchSource } from './launch-source.ts'
import { capacityChange, type Movement } from './movement.ts'
import type { ReconcilerParts } from './reconciler.ts'
import { spread } from './spread.ts'
import { isUnbalanced } from './zone-balance.ts'

/** For so many AWS seconds a group has to be left alone before its zones are balanced. */
const calmBefore = 60

/** Why an instance is launched beyond desired. */
type Ahead = 'to balance the zones' | 'for one at risk'

/** Instances that are launched by one request. */
interface Batch {
  readonly subnet: ComputeSubnet
  readonly count: number
  readonly allocation?: Allocation
}

/** Launches what a group lacks. */
export class ScaleOut {
  readonly #parts: ReconcilerParts
  readonly #movement: Movement
  /** Groups whose last launch failed, and when the next attempt may be made. */
  readonly #waiting = new Map<string, number>()

  constructor(parts: ReconcilerParts, movement: Movement) {
    this.#parts = parts
    this.#movement = movement
  }

  /** Lets groups whose launches failed try again at once. */
  forgive(): void {
    this.#waiting.clear()
  }

  async run(group: Group): Promise<void> {
    const members = capacityOf(group)
    const missing = group.desired - members.length
    if (missing <= 0 || group.suspended.Launch !== undefined) return
    if ((this.#waiting.get(group.name) ?? 0) > Date.now()) return
    const subnets = spread(this.#subnetsOf(group), members, missing)
    await Promise.all(this.#batches(group, subnets).map((batch) => this.#launch(group, batch)))
  }

  /** Launches one beyond desired where the fewest are, when the group has settled and one of its members is to go. */
  async goAhead(group: Group): Promise<void> {
    if (group.suspended.Launch !== undefined || !this.#isSettled(group)) return
    if ((this.#waiting.get(group.name) ?? 0) > Date.now()) return
    const ahead = this.#reasonToGoAhead(group)
    if (ahead === undefined) return
    const subnets = spread(this.#subnetsOf(group), capacityOf(group), 1)
    for (const batch of this.#batches(group, subnets)) await this.#launch(group, batch, ahead)
  }

  #reasonToGoAhead(group: Group): Ahead | undefined {
    if (atRisk(group).length > 0) return 'for one at risk'
    const { settled, suspended } = group
    const calm = settled === undefined || this.#parts.book.secondsSince(settled) >= calmBefore
    return calm && suspended.AZRebalance === undefined && isUnbalanced(group)
      ? 'to balance the zones'
      : undefined
  }

  /** An instance in each of these subnets: those that are alike are launched at once. */
  #batches(group: Group, subnets: readonly ComputeSubnet[]): Batch[] {
    const batches = new Map<string, Batch>()
    for (const [index, allocation] of allocations(group, subnets.length).entries()) {
      const subnet = subnets[index]
      if (subnet === undefined) continue
      const key = JSON.stringify([subnet.id, allocation])
      const count = (batches.get(key)?.count ?? 0) + 1
      batches.set(key, { subnet, count, ...(allocation && { allocation }) })
    }
    return [...batches.values()]
  }

  #isSettled(group: Group): boolean {
    const serves = group.instances.every(({ state }) => state === 'InService' || state === 'Standby')
    return serves && capacityOf(group).length === group.desired
  }

  #subnetsOf(group: Group): ComputeSubnet[] {
    const all = this.#parts.compute.subnets()
    return group.subnets.length > 0
      ? all.filter(({ id }) => group.subnets.includes(id))
      : all.filter(({ availabilityZone }) => group.zones.includes(availabilityZone))
  }

  async #launch(group: Group, { subnet, count, allocation }: Batch, ahead?: Ahead): Promise<void> {
    const { book, compute } = this.#parts
    try {
      const { launch, request } = launchOf(group, { book, compute }, subnet, count, allocation)
      for (const instance of await compute.launch(request)) this.#join(group, instance, launch, ahead)
      this.#waiting.delete(group.name)
    } catch (error) {
      this.#failed(group, subnet, error)
    }
    book.save()
  }

  #join(group: Group, instance: ComputeInstance, launch: LaunchSource, ahead?: Ahead): void {
    const from = capacityOf(group).length
    const { book } = this.#parts
    const lacking = ahead === undefined ? this.#lacking(from, from + 1) : this.#beyond(instance, ahead)
    const member: Member = {
      id: instance.id,
      zone: instance.availabilityZone,
      type: instance.instanceType,
      ...(instance.spot && { spot: true }),
      imageId: instance.imageId,
      launch,
      launched: book.now().toISOString(),
      state: 'Pending',
      since: book.now().toISOString(),
      health: 'Healthy',
      protected: group.protectNew,
      ...(ahead !== undefined && { ahead: true }),
      transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    }
    const cause = group.reason === undefined ? lacking : `${group.reason}  ${lacking}`
    member.activity = this.#movement.log(group, member, 'Launching a new EC2 instance', cause).id
    group.instances.push(member)
  }

  #beyond({ availabilityZone }: ComputeInstance, ahead: Ahead): string {
    return this.#movement.at(
      ahead === 'to balance the zones'
        ? `instances were launched to balance instances in zones ${availabilityZone} with other zones resulting in more than desired number of instances in the group.`
        : 'an instance was launched in response to an EC2 instance rebalance recommendation.',
    )
  }

  #lacking(from: number, to: number): string {
    const difference = 'in response to a difference between desired and actual capacity'
    return this.#movement.at(`an instance was started ${difference}, ${capacityChange(from, to)}.`)
  }

  #failed(group: Group, subnet: ComputeSubnet, error: unknown): void {
    const { book, clock, report } = this.#parts
    const message = error instanceof Error ? error.message : String(error)
    const activity = book.activities.start({
      group: group.name,
      groupArn: group.arn,
      description: 'Launching a new EC2 instance',
      cause: this.#lacking(capacityOf(group).length, group.desired),
      details: JSON.stringify({ 'Availability Zone': subnet.availabilityZone }),
    })
    book.activities.end(activity.id, 'Failed', `${message} Launching EC2 instance failed.`)
    this.#waiting.set(group.name, Date.now() + clock.milliseconds(30))
    report(error)
  }
}
