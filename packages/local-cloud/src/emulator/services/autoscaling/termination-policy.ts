import { capacityOf, type Group, type Member } from './group.ts'
import type { LaunchSource } from './launch-source.ts'

/**
 * The instances that go when `count` are too many: from the zone that has the most, by the group's policy; those
 * that are protected from scale-in stay.
 *
 * @param sourceAge A text that sorts what instances were launched from, the oldest first.
 */
export function victims(group: Group, count: number, sourceAge: (source: LaunchSource) => string): Member[] {
  const remaining = capacityOf(group)
  const chosen: Member[] = []
  while (chosen.length < count) {
    const victim = crowdedZones(remaining).sort(byPolicy(group, sourceAge))[0]
    if (victim === undefined) break
    chosen.push(victim)
    remaining.splice(remaining.indexOf(victim), 1)
  }
  return chosen
}

/** The unprotected members of the zones that have the most members, among the zones that have such a one. */
function crowdedZones(members: readonly Member[]): Member[] {
  const open = members.filter((member) => !member.protected)
  const sizeOf = (zone: string): number => members.filter((member) => member.zone === zone).length
  const most = Math.max(0, ...open.map(({ zone }) => sizeOf(zone)))
  return open.filter(({ zone }) => sizeOf(zone) === most)
}

function byPolicy(
  group: Group,
  sourceAge: (source: LaunchSource) => string,
): (one: Member, other: Member) => number {
  const oldest = (one: Member, other: Member): number => compare(one.launched, other.launched)
  // An attached instance was launched from no source of the group's, so it cannot use the oldest: it goes last.
  const ageOf = ({ launch }: Member): string => (launch === undefined ? 'never' : sourceAge(launch))
  const oldestSource = (one: Member, other: Member): number => compare(ageOf(one), ageOf(other))
  switch (group.terminationPolicies[0]) {
    case 'OldestInstance':
      return oldest
    case 'NewestInstance':
      return (one, other) => oldest(other, one)
    default:
      return (one, other) => oldestSource(one, other) || oldest(one, other)
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
