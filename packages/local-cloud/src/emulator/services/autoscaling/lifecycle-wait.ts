import type { Group, Member } from './group.ts'
import type { GroupBook } from './group-book.ts'
import { beginActions, outcomeOf, type Transition } from './lifecycle-action.ts'
import type { Movement } from './movement.ts'

/** Holds members that are launched or terminated for as long as the group's lifecycle hooks want it. */
export class LifecycleWait {
  readonly #book: GroupBook
  readonly #movement: Movement

  constructor(book: GroupBook, movement: Movement) {
    this.#book = book
    this.#movement = movement
  }

  /** Whether a member is held; it comes into, and out of, the states of waiting here. */
  holds(group: Group, member: Member): boolean {
    if (member.transition !== undefined) this.#begin(group, member, member.transition)
    if (member.state === 'Pending:Wait') return this.#waits(group, member, 'Pending:Proceed')
    if (member.state === 'Terminating:Wait') return this.#waits(group, member, 'Terminating:Proceed')
    return false
  }

  #begin(group: Group, member: Member, transition: Transition): void {
    delete member.transition
    const actions = beginActions(Object.values(group.hooks), transition, this.#book.now())
    if (actions.length === 0) return
    member.actions = actions
    const launching = transition === 'autoscaling:EC2_INSTANCE_LAUNCHING'
    this.#enter(member, launching ? 'Pending:Wait' : 'Terminating:Wait')
  }

  #waits(group: Group, member: Member, next: 'Pending:Proceed' | 'Terminating:Proceed'): boolean {
    const outcome = outcomeOf(member.actions ?? [], (time) => this.#book.secondsSince(time))
    if (outcome === undefined) return true
    delete member.actions
    // A termination goes on either way: abandoned, it does so without the other hooks.
    if (outcome.result === 'CONTINUE' || next === 'Terminating:Proceed') this.#enter(member, next)
    else this.#abandon(group, member, outcome.reason)
    return true
  }

  #abandon(group: Group, member: Member, reason: string): void {
    this.#book.activities.end(member.activity, 'Cancelled', reason)
    const cause = 'an instance was taken out of service in response to an abandoned lifecycle action.'
    this.#movement.start(group, member, 'terminate', cause)
  }

  #enter(member: Member, state: `${'Pending' | 'Terminating'}:${'Wait' | 'Proceed'}`): void {
    const activity = this.#book.activities.find(member.activity)
    if (activity !== undefined)
      activity.status = state.endsWith(':Wait') ? 'MidLifecycleAction' : 'InProgress'
    this.#movement.enter(member, state)
  }
}
