import { type Fleet, type Instance, type LaunchSpec, sourceName } from '@viridian/aws'
import { type Steps, ViridianError } from '@viridian/core'
import { withConsoleKeys } from './host-keys.ts'
import { type Placement, placementsLike } from './placement.ts'
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
  launch: LaunchSpec,
  login: Login,
  { like, count = like.desired, trustConsole = true }: LaunchOptions,
): Promise<Instance[]> {
  const { source, digest } = launch
  const title = `launch ${count} like ${like.name} from ${sourceName(source)}`
  return t.move({ name: 'launch', title }, async (t) => {
    const { subnets, instanceTags } = like
    const zones = subnets.length > 0 ? await t.step(readSubnetZones, { subnets }) : []
    const placements = placementsLike(like, zones, count)
    refuseUnknownKind(launch, placements)
    const launched = await Promise.all(
      placements.map((placement) =>
        t.step(runInstances, { source, digest, placement, name: like.name, tags: instanceTags }),
      ),
    )
    const ids = launched.flatMap((each) => each.ids)
    const instances = await t.step(seeRunning, { ids, login })
    return trustConsole ? withConsoleKeys(t, instances) : instances
  })
}

/** What nobody says, EC2 would choose for itself: the smallest type of its first generation. */
function refuseUnknownKind({ source, instanceType }: LaunchSpec, placements: readonly Placement[]): void {
  if (instanceType !== undefined || placements.every(({ kind }) => kind !== undefined)) return
  throw new ViridianError(
    'E_LAUNCH_TEMPLATE_INCOMPLETE',
    `${sourceName(source)} names no instance type, and there is no instance to launch another one like`,
    { hint: 'let the group launch an instance first, or add a version that names the instance type' },
  )
}
