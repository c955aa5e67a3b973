import type { Clock } from '../../clock.ts'
import { type Reach, type ResolveName, recordsOf, type ZoneRecord } from '../../hardware/names.ts'
import type { BalancerEndpoint } from '../elb/traffic.ts'
import { canonicalName, isWithin } from './domain-name.ts'
import type { RecordSet, Zone } from './hosted-zone.ts'
import { routed } from './routing.ts'

/** What the answers are made of. */
export interface Directory {
  zones(): readonly Zone[]
  balancerByName(dnsName: string): BalancerEndpoint | undefined
  /** Resolvers remember an answer for its TTL in real seconds, so that TTLs pass through the cloud's sense of time. */
  readonly clock: Pick<Clock, 'milliseconds'>
  /** A number from 0 up to, not including, 1. */
  random(): number
}

/** The TTL of an answer that is an alias's, as Route 53 gives it for a load balancer, in AWS seconds. */
const aliasTtl = 60

/** How many aliases and CNAMEs are followed. */
const longestChain = 8

/** Answers questions from the zones as they are in sync, and for the load balancers' own names. */
export function resolver(directory: Directory): ResolveName {
  return (name, type, reach = 'beyond the zone') => {
    const found = resolve({ ...directory, reach }, canonicalName(name), type.toUpperCase(), [])
    if (found === undefined || found === 'unknown') return found
    return found.map((record) => ({ ...record, ttl: lifetime(directory, record.ttl) }))
  }
}

/** Real seconds that an answer may be remembered: a whole number, and only for a TTL of 0 none. */
function lifetime({ clock }: Directory, ttl: number): number {
  return ttl === 0 ? 0 : Math.max(1, Math.round(clock.milliseconds(ttl) / 1000))
}

/** What answers one question. */
interface Lookup extends Directory {
  readonly reach: Reach
}

function resolve(
  directory: Lookup,
  name: string,
  type: string,
  path: readonly string[],
): ReturnType<ResolveName> {
  const balancer = directory.balancerByName(name)
  if (balancer !== undefined) return type === 'A' ? [addressRecord(name, balancer)] : []
  const zone = zoneOf(directory.zones(), name)
  if (zone === undefined) return undefined
  if (path.includes(name) || path.length === longestChain) return []
  const sets = setsFor(zone, name)
  if (sets.length === 0 && !exists(zone, name)) return 'unknown'
  const onward = [...path, name]
  const wanted = sets.filter((set) => set.Type === type)
  const routing = { isHealthy: (set: RecordSet) => isHealthy(directory, zone, set), random: directory.random }
  if (wanted.length > 0)
    return routed(wanted, routing).flatMap((set) => answer(directory, zone, name, set, onward))
  const [cname] = routed(
    sets.filter((set) => set.Type === 'CNAME'),
    routing,
  )
  if (cname === undefined) return []
  const own = answer(directory, zone, name, cname, onward)
  const target = own.find((record) => record.type === 'CNAME')?.values[0]
  if (target === undefined) return own
  const isLeft = !isWithin(canonicalName(target), zone.name)
  if (isLeft && directory.reach === 'the zone') return own
  return [...own, ...recordsOf(resolve(directory, canonicalName(target), type, onward))]
}

/** The most specific zone that a name lies in. */
function zoneOf(zones: readonly Zone[], name: string): Zone | undefined {
  return zones
    .filter((zone) => isWithin(name, zone.name))
    .sort((one, other) => other.name.length - one.name.length)[0]
}

/** The served record sets of a name, or else of the wildcard that covers it. */
function setsFor(zone: Zone, name: string): RecordSet[] {
  const setsOf = (owner: string): RecordSet[] => zone.served.filter((set) => set.Name === owner)
  if (exists(zone, name)) return setsOf(name)
  let owner = name
  let found: RecordSet[] = []
  while (found.length === 0 && owner !== zone.name) {
    owner = owner.slice(owner.indexOf('.') + 1)
    found = setsOf(`\\052.${owner}`)
    // A name that exists hides the wildcards above it.
    if (found.length === 0 && exists(zone, owner)) break
  }
  return found
}

/** A name exists also by what lies beneath it. */
function exists(zone: Zone, name: string): boolean {
  return zone.served.some((set) => isWithin(set.Name, name))
}

function isHealthy(directory: Directory, zone: Zone, set: RecordSet): boolean {
  const alias = set.AliasTarget
  if (alias?.EvaluateTargetHealth !== true) return true
  const balancer = directory.balancerByName(alias.DNSName ?? '')
  if (balancer !== undefined) return balancer.healthy
  const targets = zone.served.filter(({ Name, Type }) => Name === alias.DNSName && Type === set.Type)
  return targets.some((target) => target !== set && isHealthy(directory, zone, target))
}

function answer(
  directory: Lookup,
  zone: Zone,
  name: string,
  set: RecordSet,
  path: readonly string[],
): readonly ZoneRecord[] {
  if (set.AliasTarget === undefined) {
    const values = (set.ResourceRecords ?? []).map(({ Value }) => Value ?? '')
    return [{ name, type: set.Type, ttl: set.TTL ?? 0, values }]
  }
  const target = set.AliasTarget.DNSName ?? ''
  const within = set.AliasTarget.HostedZoneId === zone.id
  const found = recordsOf(resolve(directory, target, set.Type, path))
  return found
    .filter((record) => record.type === set.Type)
    .map((record) => ({ ...record, name, ttl: within ? record.ttl : aliasTtl }))
}

function addressRecord(name: string, balancer: BalancerEndpoint): ZoneRecord {
  return { name, type: 'A', ttl: aliasTtl, values: [balancer.address] }
}
