import type { Fleet, Instance } from '@viridian/aws'
import type { Steps } from '@viridian/core'
import { readHostKeys } from './host-keys.ts'
import { placementsLike } from './placement.ts'
import { runInstances } from './run-instances.ts'
import { type Login, seeRunning } from './running.ts'
import { readSubnetZones } from './subnet-zones.ts'

export interface LaunchOptions {
  /** How many. @default as many as the group wants */
  readonly count?: number
  /**
   * Whether the SSH host keys that the consoles show are those to expect; otherwise known_hosts decides.
   * @default true
   */
  readonly trustConsole?: boolean
}

/** Launches instances like a fleet's own: see `Ec2.launchLike`. */
export function launchLike(
  t: Steps,
  fleet: Fleet,
  login: Login,
  { count = fleet.desired, trustConsole = true }: LaunchOptions,
): Promise<Instance[]> {
  return t.move({ name: 'launch', title: `launch ${count} like ${fleet.name}` }, async (t) => {
    const { subnets, launch, instanceTags } = fleet
    const zones = subnets.length > 0 ? await t.step(readSubnetZones, { subnets }) : []
    const tags = { Name: fleet.name, ...instanceTags }
    const { source, digest } = launch
    const launched = await Promise.all(
      placementsLike(fleet, zones, count).map((placement) =>
        t.step(runInstances, { source, digest, placement, tags }),
      ),
    )
    const ids = launched.flatMap((each) => each.ids)
    const instances = await t.step(seeRunning, { ids, login })
    if (!trustConsole) return instances
    const keys = await t.step(readHostKeys, { ids })
    return instances.map((instance) => {
      const hostKeys = keys[instance.id]
      return hostKeys ? { ...instance, hostKeys } : instance
    })
  })
}
