import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { World } from './world.ts'

const settlesWithinMs = 20_000

/** What an account was before a run. */
export interface Blue {
  readonly inventory: Awaited<ReturnType<World['account']['inventory']>>
  /** The group that serves the name. */
  readonly group: Awaited<ReturnType<World['account']['group']>>
  readonly size: number
}

export async function blueOf(world: World): Promise<Blue> {
  const { names } = world.cloud
  const serving = await world.account.behind(names.record)
  const group = await world.account.group(await groupOf(world, serving))
  return { inventory: await world.account.inventory(), group, size: serving.length }
}

/** Why the account is not what it was; undefined when it is. */
export const notBlue = (world: World, { inventory }: Blue): Promise<string | undefined> =>
  settled(async () => {
    const now = await world.account.inventory()
    return isDeepStrictEqual(now, inventory) ? undefined : `not what it was: ${differences(inventory, now)}`
  })

/** Why the release does not serve alone, as the fleet before it did; undefined when it does. */
export const notGreen = (
  world: World,
  release: string,
  { group: blue, size }: Blue,
): Promise<string | undefined> =>
  settled(async () => {
    const { account, cloud } = world
    const serving = await account.behind(cloud.names.record)
    if (serving.length !== size) return `${serving.length} instances serve, not ${size}`
    const instances = await account.instances()
    if (instances.length !== size) return `there are ${instances.length} instances, not ${size}`
    const versions = await Promise.all(instances.map(({ address }) => world.versionOn(address)))
    if (versions.some((version) => version !== release))
      return `serves ${versions.join(', ')}, not ${release}`
    const { sizes, suspended, tags, grace } = await account.group(await groupOf(world, serving))
    const now = { sizes, suspended, grace }
    const then = { sizes: blue.sizes, suspended: blue.suspended, grace: blue.grace }
    if (!isDeepStrictEqual(now, then))
      return `the group is ${JSON.stringify(now)}, not ${JSON.stringify(then)}`
    return 'viridian:pin' in tags ? 'the group is pinned' : undefined
  })

async function groupOf({ account }: World, ids: readonly string[]): Promise<string> {
  const instance = (await account.instances()).find(({ id }) => ids.includes(id))
  const group = instance?.tags['aws:autoscaling:groupName']
  if (group === undefined) throw new Error(`no group has ${ids.join(', ')}`)
  return group
}

async function settled(look: () => Promise<string | undefined>): Promise<string | undefined> {
  const deadline = Date.now() + settlesWithinMs
  for (;;) {
    const reason = await look()
    if (reason === undefined || Date.now() > deadline) return reason
    await sleep(200)
  }
}

function differences(before: object, now: object): string {
  const then = new Map(Object.entries(before))
  return Object.entries(now)
    .filter(([part, value]) => !isDeepStrictEqual(value, then.get(part)))
    .map(([part, value]) => `${part}: ${JSON.stringify(then.get(part))} → ${JSON.stringify(value)}`)
    .join('; ')
    .slice(0, 2_000)
}
