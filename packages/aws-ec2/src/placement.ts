import { type Fleet, InstanceKind } from '@viridian/aws'
import { z } from '@viridian/core/zod'
import type { SubnetZone } from './subnet-zones.ts'

/** So many instances of one kind in one subnet; or in a zone, for a group that names zones only. */
export const Placement = z.strictObject({
  zone: z.string(),
  subnet: z.string().exactOptional(),
  /** The placement group that the group has: it wins over the source's own. */
  group: z.string().exactOptional(),
  /** What they are, in place of what the launch source says. */
  kind: InstanceKind.exactOptional(),
  count: z.int().min(1),
})

export type Placement = z.infer<typeof Placement>

/**
 * Spreads new instances over zones as the group's own are spread, and over the subnets that the group has there. An
 * instance can only be attached to a group that has its zone: what the group has in another one counts where the fewest are.
 * Of several kinds, each is of the kind of the one in whose place it is.
 *
 * @example
 * ```ts
 * const zones = [{ subnet: 'subnet-a', zone: 'a' }, { subnet: 'subnet-b', zone: 'b' }]
 * // blue has two instances in a and one in b
 * placementsLike(blue, zones, 3) // [{ zone: 'a', subnet: 'subnet-a', count: 2 }, { zone: 'b', subnet: 'subnet-b', count: 1 }]
 * ```
 */
export function placementsLike(
  fleet: Pick<Fleet, 'zones' | 'instances' | 'placementGroup'>,
  subnets: readonly SubnetZone[],
  count: number,
): Placement[] {
  const model = modelOf(fleet)
  const { placementGroup: group } = fleet
  const placements = new Map<string, Placement>()
  for (let index = 0; index < count; index += 1) {
    const { zone, kind } = model[index % model.length] ?? { zone: '' }
    const here = subnets.filter((subnet) => subnet.zone === zone)
    const subnet = here[Math.floor(index / model.length) % here.length]?.subnet
    const key = JSON.stringify([subnet ?? zone, kind])
    const before = placements.get(key)?.count ?? 0
    placements.set(key, {
      zone,
      ...(subnet !== undefined && { subnet }),
      ...(group !== undefined && { group }),
      ...(kind !== undefined && { kind }),
      count: before + 1,
    })
  }
  return [...placements.values()]
}

type Place = Pick<Placement, 'zone' | 'kind'>

/** A zone of the group for each of its instances; each zone once for a group that has none. */
function modelOf({ zones, instances }: Pick<Fleet, 'zones' | 'instances'>): Place[] {
  if (instances.length === 0) return zones.map((zone) => ({ zone }))
  const model: Place[] = instances.filter(({ zone }) => zones.includes(zone))
  for (const strayed of instances.filter(({ zone }) => !zones.includes(zone)))
    model.push({ ...strayed, zone: leastOf(zones, model) })
  return model
}

function leastOf(zones: readonly string[], taken: readonly Place[]): string {
  const countOf = (zone: string): number => taken.filter((each) => each.zone === zone).length
  return zones.reduce((least, zone) => (countOf(zone) < countOf(least) ? zone : least), zones[0] ?? '')
}
