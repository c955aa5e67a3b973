import type { ComputeSubnet } from '../ec2/compute.ts'
import type { Member } from './group.ts'

/** The subnets for `count` new instances, one each: always the zone that has the fewest, the first of equals. */
export function spread(
  subnets: readonly ComputeSubnet[],
  present: readonly Member[],
  count: number,
): ComputeSubnet[] {
  const held = new Map<string, number>()
  for (const { zone } of present) held.set(zone, (held.get(zone) ?? 0) + 1)
  const chosen: ComputeSubnet[] = []
  while (chosen.length < count) {
    const [first, ...others] = subnets
    if (first === undefined) break
    const heldBy = ({ availabilityZone }: ComputeSubnet): number => held.get(availabilityZone) ?? 0
    const next = others.reduce((best, subnet) => (heldBy(subnet) < heldBy(best) ? subnet : best), first)
    held.set(next.availabilityZone, heldBy(next) + 1)
    chosen.push(next)
  }
  return chosen
}
