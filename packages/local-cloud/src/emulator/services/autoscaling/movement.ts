import { type ActivityRecord, awsTime } from './activity-log.ts'
import type { Group, Member, MemberState } from './group.ts'
import type { GroupBook } from './group-book.ts'
import type { Transition } from './lifecycle-action.ts'

/** Starts the moves of a group's members; the reconciler carries them through. */
export class Movement {
  readonly #book: GroupBook

  constructor(book: GroupBook) {
    this.#book = book
  }

  /** Begins a member's move, for a reason, under an activity of its own. */
  start(group: Group, member: Member, move: Move, cause: string): ActivityRecord {
    const { state, description, transition } = moves[move]
    this.#book.activities.end(
      member.activity,
      'Cancelled',
      'The instance was sent away before it came into service.',
    )
    const record = this.log(group, member, description, this.at(cause))
    this.enter(member, state)
    member.activity = record.id
    delete member.deregistered
    this.freeOfHooks(member)
    if (transition !== undefined) member.transition = transition
    return record
  }

  /** Lets a member meet no hooks, nor wait for one any longer. */
  freeOfHooks(member: Member): void {
    delete member.transition
    delete member.actions
  }

  /** Notes an activity about a member: `description` is followed by its id. */
  log(group: Group, member: Pick<Member, 'id' | 'zone'>, description: string, cause: string): ActivityRecord {
    return this.#book.activities.start({
      group: group.name,
      groupArn: group.arn,
      description: `${description}: ${member.id}`,
      cause,
      details: JSON.stringify({ 'Availability Zone': member.zone }),
    })
  }

  /** A sentence of a cause: what happened now. */
  at(event: string): string {
    return `At ${awsTime(this.#book.now())} ${event}`
  }

  /** Puts a member into a state, from now on. */
  enter(member: Member, state: MemberState): void {
    member.state = state
    member.since = this.#book.now().toISOString()
    this.#book.save()
  }

  /** Ends a member's move well. */
  finish(group: Group, member: Member): void {
    this.#book.activities.end(member.activity, 'Successful')
    delete member.activity
    group.settled = this.#book.now().toISOString()
    this.#book.save()
  }

  /** Takes a member off the group. */
  remove(group: Group, member: Member): void {
    group.instances = group.instances.filter(({ id }) => id !== member.id)
    this.#book.save()
  }
}

export type Move = 'attach' | 'detach' | 'terminate' | 'enterStandby' | 'exitStandby'

interface MoveKind {
  readonly state: MemberState
  readonly description: string
  /** The transition whose hooks are met on the way. */
  readonly transition?: Transition
}

const moves: Record<Move, MoveKind> = {
  attach: { state: 'Pending', description: 'Attaching an existing EC2 instance' },
  detach: { state: 'Detaching', description: 'Detaching EC2 instance' },
  terminate: {
    state: 'Terminating',
    description: 'Terminating EC2 instance',
    transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  },
  enterStandby: { state: 'EnteringStandby', description: 'Moving EC2 instance to Standby' },
  exitStandby: { state: 'Pending', description: 'Moving EC2 instance out of Standby' },
}

/** `shrinking the capacity from 3 to 2`, or growing it. */
export function capacityChange(from: number, to: number): string {
  return `${to < from ? 'shrinking' : 'increasing'} the capacity from ${from} to ${to}`
}
