import { type Fleet, type Instance, type LaunchSpec, sourceName } from '@viridian/aws'
import type { Steps } from '@viridian/core'
import { withConsoleKeys } from './host-keys.ts'
import { placementsLike } from './placement.ts'
import { runInstances } from './run-instances.ts'
import { type Login, seeRunning } from './running.ts'
import { readSubnetZones } from './subnet-zones.ts'

/** How many instances are launched, where, and how their hosts are known. */
export interface LaunchOptions {
  /**
   * The fleet whose zones, subnets and tags the new instances get: spread as its instances are, the first of them first.
   * One that takes the place of another gets its zone by `{ ...blue, instances: [old] }`.
   */
  readonly like: Fleet
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
  { source, digest }: LaunchSpec,
  login: Login,
  { like, count = like.desired, trustConsole = true }: LaunchOptions,
): Promise<Instance[]> {
  const title = `launch ${count} like ${like.name} from ${sourceName(source)}`
  return t.move({ name: 'launch', title }, async (t) => {
    const { subnets, instanceTags } = like
    const zones = subnets.length > 0 ? await t.step(readSubnetZones, { subnets }) : []
    const launched = await Promise.all(
      placementsLike(like, zones, count).map((placement) =>
        t.step(runInstances, { source, digest, placement, name: like.name, tags: instanceTags }),
      ),
    )
    const ids = launched.flatMap((each) => each.ids)
    const instances = await t.step(seeRunning, { ids, login })
    return trustConsole ? withConsoleKeys(t, instances) : instances
  })
}
