import type { Fleet } from '@viridian/aws'
import { z } from '@viridian/core/zod'
import type { SubnetZone } from './subnet-zones.ts'

/** So many instances in one subnet; or in a zone, for a group that names zones only. */
export const Placement = z.strictObject({
  zone: z.string(),
  subnet: z.string().exactOptional(),
  count: z.int().min(1),
})

export type Placement = z.infer<typeof Placement>

/**
 * Spreads new instances over zones as the group's own are spread (an instance can only be attached to a group that
 * has its zone), and over the subnets that the group has there.
 *
 * @example
 * ```ts
 * // the group has two instances in a and one in b
 * placementsLike(fleet, zones, 3) // [{ zone: 'a', subnet: 'subnet-a', count: 2 }, { zone: 'b', subnet: 'subnet-b', count: 1 }]
 * ```
 */
export function placementsLike(
  fleet: Pick<Fleet, 'zones' | 'instances'>,
  subnets: readonly SubnetZone[],
  count: number,
): Placement[] {
  const taken = fleet.instances.map(({ zone }) => zone)
  const model = taken.length > 0 ? taken : fleet.zones
  const placements = new Map<string, Placement>()
  for (let index = 0; index < count; index += 1) {
    const zone = model[index % model.length] ?? ''
    const here = subnets.filter((subnet) => subnet.zone === zone)
    const subnet = here[Math.floor(index / model.length) % here.length]?.subnet
    const key = subnet ?? zone
    const before = placements.get(key)?.count ?? 0
    placements.set(key, { zone, ...(subnet !== undefined && { subnet }), count: before + 1 })
  }
  return [...placements.values()]
}
