import type { LaunchTemplateOverrides } from '@aws-sdk/client-auto-scaling'
import { capacityOf, type Group } from './group.ts'

/** What a mixed instances policy says of one instance. */
export interface Allocation {
  /** Absent where the template alone says what it is. */
  readonly override?: LaunchTemplateOverrides
  readonly spot: boolean
}

/**
 * What the next instances of a group are, one each; nothing of a group without a mixed instances policy. On-Demand comes
 * first, until its share of what the group wants is there. Here the first of the overrides is always the cheapest, and to
 * be had.
 */
export function allocations(group: Group, count: number): (Allocation | undefined)[] {
  const { launch } = group
  const mixed = launch.kind === 'template' ? launch.mixed : undefined
  if (mixed === undefined) return Array.from({ length: count }, () => undefined)
  const { overrides, distribution } = mixed
  const { OnDemandBaseCapacity: base = 0, OnDemandPercentageAboveBaseCapacity: share = 100 } = distribution
  const members = capacityOf(group)
  const spots = members.filter(({ spot }) => spot).length
  const wanted = members.length + count
  const onDemand = Math.min(base, wanted) + Math.ceil((Math.max(0, wanted - base) * share) / 100)
  const lacking = onDemand - (members.length - spots)
  const pools = Math.min(distribution.SpotInstancePools ?? 1, overrides.length)
  return Array.from({ length: count }, (_, index) => {
    const spot = index >= lacking
    const override = overrides[spot ? (spots + index - Math.max(0, lacking)) % pools : 0]
    return { spot, ...(override && { override }) }
  })
}
