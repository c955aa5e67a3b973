import { type Group, isPending, type Member } from './group.ts'
import { groupTag } from './instance-tags.ts'
import { LifecycleWait } from './lifecycle-wait.ts'
import type { Movement } from './movement.ts'
import type { ReconcilerParts } from './reconciler.ts'

/** For so many AWS seconds a state that is passed through can be seen at least. */
const shortest = 2

/** Carries the members that come or leave through their states. */
export class Passage {
  readonly #parts: ReconcilerParts
  readonly #movement: Movement
  readonly #hooks: LifecycleWait

  constructor(parts: ReconcilerParts, movement: Movement) {
    this.#parts = parts
    this.#movement = movement
    this.#hooks = new LifecycleWait(parts.book, movement)
  }

  /** Takes a member one step further, if it is ready for it. */
  async advance(group: Group, member: Member): Promise<void> {
    switch (member.state) {
      case 'Pending':
      case 'Pending:Wait':
      case 'Pending:Proceed':
        return this.#enter(group, member)
      case 'EnteringStandby':
      case 'Detaching':
      case 'Terminating':
      case 'Terminating:Wait':
      case 'Terminating:Proceed':
        return this.#leave(group, member)
      case 'Terminated':
        if (this.#isSeen(member)) this.#movement.remove(group, member)
        return
      default:
    }
  }

  async #enter(group: Group, member: Member): Promise<void> {
    const state = this.#parts.compute.describe([member.id])[0]?.state
    if (state === undefined || state === 'terminated' || state === 'shutting-down') {
      this.#parts.book.activities.end(
        member.activity,
        'Failed',
        'The instance ended before it came into service.',
      )
      this.#movement.remove(group, member)
      return
    }
    // One that was stopped in standby comes back, and is found unhealthy.
    if (state === 'pending' || !this.#isSeen(member) || this.#hooks.holds(group, member)) return
    if (group.suspended.AddToLoadBalancer === undefined) {
      for (const name of this.#balancersOf(group)) await this.#parts.traffic.register(name, [member.id])
    }
    // A caller may have sent it away meanwhile; then the next round deregisters it.
    if (!isPending(member)) return
    this.#movement.enter(member, 'InService')
    this.#movement.finish(group, member)
  }

  async #leave(group: Group, member: Member): Promise<void> {
    if (member.deregistered === undefined) {
      for (const name of this.#balancersOf(group)) await this.#parts.traffic.deregister(name, [member.id])
      member.deregistered = true
    }
    const draining = this.#balancersOf(group).some((name) => this.#parts.traffic.isDraining(name, member.id))
    const activity = this.#parts.book.activities.find(member.activity)
    if (activity !== undefined && member.actions === undefined)
      activity.status = draining ? 'WaitingForELBConnectionDraining' : 'InProgress'
    if (draining || !this.#isSeen(member) || this.#hooks.holds(group, member)) return
    if (member.state === 'EnteringStandby') this.#movement.enter(member, 'Standby')
    else if (member.state !== 'Detaching') return this.#terminate(group, member)
    else {
      this.#parts.compute.untag([member.id], [groupTag])
      this.#movement.remove(group, member)
    }
    this.#movement.finish(group, member)
  }

  #terminate(group: Group, member: Member): void {
    const state = this.#parts.compute.describe([member.id])[0]?.state
    if (state === undefined || state === 'terminated') {
      this.#movement.enter(member, 'Terminated')
      this.#movement.finish(group, member)
    } else if (state !== 'shutting-down') this.#parts.compute.terminate([member.id])
  }

  #balancersOf(group: Group): string[] {
    return group.loadBalancers.filter((name) => this.#parts.traffic.has(name))
  }

  #isSeen(member: Member): boolean {
    const { book, clock } = this.#parts
    return book.now().getTime() - Date.parse(member.since) >= clock.milliseconds(shortest)
  }
}
