import { Fleets } from '../breaks/fleets.ts'
import type { CloudStatus } from '../project.ts'
import { TargetGroups } from '../target-groups.ts'

/** What stands between the visitors and a fleet. */
export interface Front {
  /** The kind of load balancer that the local cloud begins with. */
  readonly type: 'classic' | 'application'
  /** Gives it what a deployment has to copy, or to leave alone. */
  readonly furnish: (cloud: CloudStatus) => Promise<void>
}

export const classic: Front = {
  type: 'classic',
  furnish: (cloud) => new Fleets(cloud).stick(cloud.names.loadBalancer),
}

/** Visitors come to its target group by a rule. */
export const application: Front = {
  type: 'application',
  furnish: (cloud) => new TargetGroups(cloud).route(cloud.names.loadBalancer, cloud.names.record),
}
