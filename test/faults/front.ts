import { setTimeout as sleep } from 'node:timers/promises'
import { Account } from '../account.ts'
import { Fleets } from '../breaks/fleets.ts'
import type { CloudStatus } from '../project.ts'
import { TargetGroups } from '../target-groups.ts'

/** What stands between the visitors and a fleet. */
export interface Front {
  /** The kind of load balancer that the local cloud begins with. */
  readonly type: 'classic' | 'application'
  /** Target groups that it is registered with, and that stay whichever fleet serves. */
  readonly beside: readonly string[]
  /** Gives it what a deployment has to copy, or to leave alone. */
  readonly furnish: (cloud: CloudStatus) => Promise<void>
}

export const classic: Front = {
  type: 'classic',
  beside: [],
  furnish: (cloud) => new Fleets(cloud).stick(cloud.names.loadBalancer),
}

/** A target group that the fleet is registered with, and its group does not know. */
export const aside = 'internal'

/** Visitors come to its target group by a rule. */
export const application: Front = {
  type: 'application',
  beside: [],
  async furnish(cloud) {
    const { loadBalancer, record } = cloud.names
    const groups = new TargetGroups(cloud)
    await groups.route(loadBalancer, record)
    await groups.furnish(loadBalancer)
  },
}

/** The same, and the fleet is behind a second one, too. */
export const applications: Front = {
  type: 'application',
  beside: [aside],
  furnish: async (cloud) => {
    await application.furnish(cloud)
    const groups = new TargetGroups(cloud)
    const internal = await groups.create(aside)
    await groups.listen(await groups.createBalancer(aside), 8091, internal)
    const ids = (await new Account(cloud).instances()).map(({ id }) => id)
    await groups.register(internal, ids)
    while ((await groups.healthy(internal)).length < ids.length) await sleep(200)
  },
}
