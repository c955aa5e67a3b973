import { validationError } from '../constraint.ts'
import { capacityOf, type Group, type Member } from './group.ts'
import type { LaunchSource } from './launch-source.ts'

/** Those that AWS has. */
export const terminationPolicies = [
  'Default',
  'OldestInstance',
  'NewestInstance',
  'OldestLaunchConfiguration',
  'OldestLaunchTemplate',
  'ClosestToNextInstanceHour',
  'AllocationStrategy',
]

/** @throws AwsError `ValidationError` for one that is neither AWS's nor a function of the customer's */
export function readPolicies(asked: readonly string[] | undefined): string[] | undefined {
  const unknown = asked?.find((policy) => !terminationPolicies.includes(policy) && !policy.startsWith('arn:'))
  if (unknown !== undefined)
    throw validationError(
      `Unsupported termination policy: ${unknown}. Valid ones are: ${terminationPolicies.join(', ')}`,
    )
  return asked?.length ? [...asked] : undefined
}

/**
 * The instances that go when `count` are too many: first those that others are launched in place of, then from a zone that is not the group's any more, or else from the one
 * that has the most, by the group's policy; those that are protected from scale-in stay.
 *
 * @param sourceAge A text that sorts what instances were launched from, the oldest first.
 * @param replaced Those that others have come in place of.
 */
export function victims(
  group: Group,
  count: number,
  sourceAge: (source: LaunchSource) => string,
  replaced: readonly Member[] = [],
): Member[] {
  const chosen = replaced.slice(0, count)
  const remaining = capacityOf(group).filter((member) => !chosen.includes(member))
  while (chosen.length < count) {
    const victim = crowdedZones(remaining, group.zones).sort(byPolicy(group, sourceAge))[0]
    if (victim === undefined) break
    chosen.push(victim)
    remaining.splice(remaining.indexOf(victim), 1)
  }
  return chosen
}

/** The unprotected members of the zones that have the most members, among the zones that have such a one. */
function crowdedZones(members: readonly Member[], zones: readonly string[]): Member[] {
  const open = members.filter((member) => !member.protected)
  const strayed = open.filter(({ zone }) => !zones.includes(zone))
  if (strayed.length > 0) return strayed
  const sizeOf = (zone: string): number => members.filter((member) => member.zone === zone).length
  const most = Math.max(0, ...open.map(({ zone }) => sizeOf(zone)))
  return open.filter(({ zone }) => sizeOf(zone) === most)
}

type Order = (one: Member, other: Member) => number

/** By the policies in their order: each decides between those that the ones before it hold for equal. */
function byPolicy(group: Group, sourceAge: (source: LaunchSource) => string): Order {
  const oldest: Order = (one, other) => compare(one.launched, other.launched)
  // An attached instance was launched from no source of the group's, so it cannot use the oldest: it goes last.
  const ageOf = ({ launch }: Member): string => (launch === undefined ? 'never' : sourceAge(launch))
  const oldestSource: Order = (one, other) => compare(ageOf(one), ageOf(other))
  const byAge: Order = (one, other) => oldestSource(one, other) || oldest(one, other)
  const orders = new Map<string, Order>([
    ['Default', byAge],
    ['OldestInstance', oldest],
    ['NewestInstance', (one, other) => oldest(other, one)],
    ['OldestLaunchConfiguration', oldestSource],
    ['OldestLaunchTemplate', oldestSource],
  ])
  const asked = group.terminationPolicies.flatMap((policy) => orders.get(policy) ?? [])
  return (one, other) => [...asked, byAge].reduce((found, order) => found || order(one, other), 0)
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
