import type { Clock } from '../../clock.ts'
import type { Group, Member } from './group.ts'
import type { Movement } from './movement.ts'
import type { ReconcilerParts } from './reconciler.ts'

/** After the start of a cloud process its instances have so many AWS seconds to boot and be found healthy again. */
const bootAllowance = 120

/** Finds the unhealthy members of groups, and has them replaced. */
export class HealthChecks {
  readonly #parts: ReconcilerParts
  readonly #movement: Movement
  /** `group/loadBalancer`: it has seen an instance of the group in service; before that its word is not taken. */
  readonly #proven = new Set<string>()
  #started = 0

  constructor(parts: ReconcilerParts, movement: Movement) {
    this.#parts = parts
    this.#movement = movement
  }

  start(): void {
    const known = this.#parts.book.groups().length > 0
    this.#started = known ? Date.now() : 0
  }

  check(group: Group): void {
    this.#prove(group)
    for (const member of group.instances) {
      // Nobody judges one in standby, dead or alive, until it comes back.
      if (member.state === 'InService') this.#judge(group, member)
    }
    this.#replace(group)
  }

  #prove(group: Group): void {
    const { traffic } = this.#parts
    for (const name of group.loadBalancers) {
      if (group.instances.some(({ id }) => traffic.isInService(name, id)))
        this.#proven.add(keyOf(group, name))
    }
  }

  #judge(group: Group, member: Member): void {
    if (group.suspended.HealthCheck !== undefined || member.health === 'Unhealthy') return
    const complaint = this.#isDown(member) ? 'ec2' : this.#isRefused(group, member) ? 'elb' : undefined
    if (complaint === undefined) return
    member.health = 'Unhealthy'
    member.complaint = complaint
    this.#parts.book.save()
  }

  #isDown(member: Member): boolean {
    const state = this.#parts.compute.describe([member.id])[0]?.state
    return state !== 'running' && state !== 'pending'
  }

  #isRefused(group: Group, member: Member): boolean {
    if (group.healthCheckType !== 'ELB' || !isGraceOver(group, member, this.#parts.clock)) return false
    const { clock, traffic } = this.#parts
    if (Date.now() - this.#started < clock.milliseconds(bootAllowance)) return false
    return group.loadBalancers.some(
      (name) => this.#proven.has(keyOf(group, name)) && traffic.isRefused(name, member.id),
    )
  }

  #replace(group: Group): void {
    const { ReplaceUnhealthy, Terminate } = group.suspended
    if (ReplaceUnhealthy !== undefined || Terminate !== undefined) return
    for (const member of group.instances) {
      if (member.state !== 'InService' || member.health !== 'Unhealthy') continue
      this.#movement.start(group, member, 'terminate', causes[member.complaint ?? 'user'])
    }
  }
}

/** Whether the time in which a member's health is not judged is over. */
export function isGraceOver(group: Group, member: Member, clock: Clock): boolean {
  const inService = clock.now().getTime() - Date.parse(member.since)
  return inService >= clock.milliseconds(group.healthCheckGracePeriod)
}

const causes = {
  ec2: 'an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.',
  elb: 'an instance was taken out of service in response to an ELB system health check failure.',
  user: 'an instance was taken out of service in response to a user health-check.',
}

function keyOf(group: Group, loadBalancer: string): string {
  return `${group.name}/${loadBalancer}`
}
