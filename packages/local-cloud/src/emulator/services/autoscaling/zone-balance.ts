import { capacityOf, type Group } from './group.ts'

/**
 * Whether a group has an instance where it should have none, or two more in one zone than in another: one is launched
 * where the fewest are, and when it serves, the termination policy takes one from where they are too many. An instance
 * that is protected from scale-in stays where it is.
 */
export function isUnbalanced(group: Group): boolean {
  const members = capacityOf(group)
  const open = members.filter((member) => !member.protected)
  const sizeOf = (zone: string): number => members.filter((member) => member.zone === zone).length
  const least = Math.min(...group.zones.map(sizeOf))
  return open.some(({ zone }) => !group.zones.includes(zone) || sizeOf(zone) >= least + 2)
}
