import type { Clock } from '../../clock.ts'
import type { Compute } from '../ec2/compute.ts'
import type { Traffic } from '../elb/traffic.ts'
import { atRisk } from './capacity-rebalancing.ts'
import { capacityOf, type Group, isPending } from './group.ts'
import type { GroupBook } from './group-book.ts'
import { explain } from './group-handlers.ts'
import { sizesAfter } from './group-sizes.ts'
import { HealthChecks } from './health-checks.ts'
import { type LaunchSource, sourceAge } from './launch-source.ts'
import { capacityChange, Movement } from './movement.ts'
import { Passage } from './passage.ts'
import { ScaleOut } from './scale-out.ts'
import { takeDue } from './scheduled-action.ts'
import { victims } from './termination-policy.ts'

/** What keeps the groups as they are wanted stands on this. */
export interface ReconcilerParts {
  readonly book: GroupBook
  readonly clock: Clock
  readonly compute: Compute
  readonly traffic: Traffic
  /** Hears of what goes wrong where no caller waits. */
  readonly report: (error: unknown) => void
}

/**
 * Keeps every group as it is wanted. Each round looks at the records alone and takes each member one step
 * further, so that a cloud process may end at any time and the next one goes on.
 */
export class Reconciler {
  readonly #parts: ReconcilerParts
  readonly #movement: Movement
  readonly #passage: Passage
  readonly #health: HealthChecks
  readonly #scaleOut: ScaleOut
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> | undefined
  #again = false
  #closed = false

  constructor(parts: ReconcilerParts) {
    this.#parts = parts
    this.#movement = new Movement(parts.book)
    this.#passage = new Passage(parts, this.#movement)
    this.#health = new HealthChecks(parts, this.#movement)
    this.#scaleOut = new ScaleOut(parts, this.#movement)
  }

  /** Begins; a round follows every change, and every AWS second. */
  start(): void {
    this.#health.start()
    this.#parts.book.onChange(() => {
      this.#scaleOut.forgive()
      this.kick()
    })
    this.#parts.compute.onChange(() => this.kick())
    this.#timer = setInterval(() => this.kick(), Math.max(20, this.#parts.clock.milliseconds(1)))
    this.kick()
  }

  /** Asks for a round soon. */
  kick(): void {
    if (this.#closed) return
    if (this.#round !== undefined) {
      this.#again = true
      return
    }
    this.#again = false
    this.#round = this.#all().finally(() => {
      this.#round = undefined
      if (this.#again) this.kick()
    })
  }

  /** Ends; resolves when the last round is over. */
  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#round
  }

  async #all(): Promise<void> {
    // Whoever kicked has its answer to give first.
    await new Promise((resolve) => setImmediate(resolve))
    for (const group of this.#parts.book.groups()) {
      try {
        await this.#reconcile(group)
      } catch (error) {
        this.#parts.report(error)
      }
    }
  }

  async #reconcile(group: Group): Promise<void> {
    if (!group.deleting) this.#health.check(group)
    for (const member of [...group.instances]) await this.#passage.advance(group, member)
    if (group.deleting) {
      if (group.instances.length === 0) this.#parts.book.remove(group)
      return
    }
    this.#schedule(group)
    this.#scaleIn(group)
    await this.#scaleOut.run(group)
    await this.#scaleOut.goAhead(group)
    if (group.reason !== undefined && capacityOf(group).length === group.desired) {
      delete group.reason
      this.#parts.book.save()
    }
  }

  /** What was to happen at this time. */
  #schedule(group: Group): void {
    const { book } = this.#parts
    const { scheduled } = group
    const due = takeDue(group, book.now())
    if (group.scheduled !== scheduled) book.save()
    for (const action of due) {
      const { desired } = group
      Object.assign(group, sizesAfter(group, action))
      explain(group, 'a scheduled action update of AutoScalingGroup constraints', desired, book.now())
      book.save()
    }
  }

  #scaleIn(group: Group): void {
    if (group.suspended.Terminate !== undefined) return
    const ahead = group.instances.filter((member) => member.ahead === true && isPending(member))
    const surplus = capacityOf(group).length - ahead.length - group.desired
    if (surplus <= 0) return
    const ageOf = (source: LaunchSource): string => sourceAge(source, this.#parts.book)
    const risky = atRisk(group)
    for (const member of victims(group, surplus, ageOf, risky)) {
      const from = capacityOf(group).length
      const reason = risky.includes(member)
        ? 'an EC2 instance rebalance recommendation'
        : 'a difference between desired and actual capacity'
      const taken = `an instance was taken out of service in response to ${reason}, ${capacityChange(from, from - 1)}.`
      const selected = this.#movement.at(`instance ${member.id} was selected for termination.`)
      const cause = `${taken}  ${selected}`
      this.#movement.start(group, member, 'terminate', cause)
    }
  }
}
