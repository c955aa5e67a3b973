import { accountChecks, balancerName, type Front, frontsOf, type LoadBalancer } from '@viridian/aws'
import type { Plugin, Steps } from '@viridian/core'
import { findRecord } from './find-record.ts'
import { endsOf, type FleetSwitch } from './fleet-switch.ts'
import { type FoundRecord, recordTitle } from './found-record.ts'
import { seeInSync } from './in-sync.ts'
import { testMoved } from './moved.ts'
import { findNamed, users } from './named.ts'
import { pointRecord } from './point-record.ts'
import { testPointsAt } from './points-at.ts'
import { readAskable } from './read-askable.ts'
import { readUnnamed } from './read-unnamed.ts'
import { seeResolved } from './resolved.ts'
import { serverCheck } from './server-check.ts'

/** What {@link route53} may be told. */
export interface Route53Settings {
  /**
   * The name servers to ask about records, and about the balancers' own names: `host` or `host:port`. The environment
   * variable `VIRIDIAN_NAME_SERVERS` (separated by commas) goes before them.
   *
   * @default the zone's own, and for balancers' names this machine's resolver
   */
  readonly nameServers?: readonly string[]
}

/** Where to look for a record. */
export interface FindOptions {
  /** The id of the hosted zone. @default the longest public one that contains the name */
  readonly zone?: string
  /** The set identifier of a weighted record, where several answer for the name. @default the only one with a weight above 0 */
  readonly set?: string | undefined
}

/** A switch from one balancer to another, with what its way back needs. Between whole fleets {@link FleetSwitch} says less. */
export interface SwitchOptions {
  /** The balancer that the name leads to, which `target` of the record names; left out where there is no record yet. */
  readonly from?: Front
  /** The balancer that the name is to lead to. */
  readonly to: Front
  /** How many have to be in service at `from` before the name is given back to it: as many as served before. */
  readonly capacity: number
  /** How long the way back waits for them, in milliseconds. @default as long as `from`'s health checks may take */
  readonly withinMs?: number
  /**
   * What the name relies on besides, as steps name it: `balancer/web-green`, `group/web-green`. Should the way back fail,
   * these are not taken away.
   */
  readonly touches?: readonly string[]
}

/** Which record does not count. */
export interface UnnamedOptions {
  /** A record that may lead there, since it is about to be switched. */
  readonly without?: FoundRecord
}

/** Where users came from, and whether they are to go anywhere. */
export interface MovedOptions {
  /** The balancers that users came from. */
  readonly from: readonly LoadBalancer[]
  /** Somebody has taken the name away on purpose: that it leads nowhere is no failure. @default false */
  readonly gone?: boolean
}

/** What a switch has made of a name. */
export interface Switched {
  /** How long resolvers may still send users to where it led before, in seconds. */
  readonly ttl: number
  /** When that is over: all name servers have had the change for so long. As `Date.toISOString` writes it. */
  readonly forgotten: string
  /** The balancer that it leads to now. */
  readonly to: Front
}

/** The moves of Amazon Route 53, for tasks. */
export interface Route53 extends Plugin {
  /**
   * Finds the record of a name, and the balancer that it leads to: an alias of one, or a CNAME to one. `target` is left
   * out where there is no record yet, which is said aloud. Of a name with several weighted records it finds the one of
   * the set identifier `set`, or else the only one with a weight above 0; the others may lead anywhere else.
   * `route53:ListHostedZonesByName`, `route53:ListResourceRecordSets`.
   *
   * @throws ViridianError `E_RECORD_NAME`; `E_ZONE_NOT_FOUND`; `E_ZONE_AMBIGUOUS`; `E_ZONE_DELEGATED`; `E_RECORD_SET` when it is not
   * clear which weighted record is meant, or two of them lead to one balancer; `E_RECORD_UNSUPPORTED` for a record that cannot be
   * switched: addresses, sets routed by something else than weight, an alias of another record or of something else than a balancer
   *
   * @example
   * ```ts
   * const record = await names.find(t, 'www.example.test')
   * record.target?.dnsName // 'web-1234567890.eu-west-1.elb.amazonaws.com'
   * ```
   */
  find(t: Steps, record: string, options?: FindOptions): Promise<FoundRecord>
  /**
   * Sees that name servers answer about a name, so that a switch will not fail for that: those of a private zone, or behind
   * a firewall, cannot be asked from everywhere.
   *
   * @throws ViridianError `E_NAME_SERVERS`
   *
   * @example
   * ```ts
   * await names.askable(t, www)
   * ```
   */
  askable(t: Steps, found: FoundRecord): Promise<void>
  /**
   * Points a name at another balancer, in one batch, and waits until Route 53 has it at all of its servers and they answer
   * so. A CNAME becomes an alias. Of a weighted record only the target changes, and it stays a CNAME if it is one; name
   * servers are asked many times, until no answer leads to `from`, and one to `to` where one has led to `from` before. Undone by
   * giving the name back: once `from` can serve again, and until no resolver sends anybody to `to` any more. `route53:ChangeResourceRecordSets`, `route53:GetChange`.
   *
   * @throws ViridianError `E_RECORD_CHANGED` when it is not what `find` saw; `E_BALANCER_MISMATCH`; `E_NAME_SERVERS`; `E_WAIT_TIMEOUT`. Its undo:
   * `E_BLUE_UNHEALTHY` when `from` cannot serve, `E_RECORD_CHANGED` when somebody else has changed the record and left it
   * at `to`; the name then stays where it is, and so does `to`
   *
   * @example
   * ```ts
   * await names.switch(t, www, { blue, green: replica.fleet, balancers: { web: 'web-green' } })
   * ```
   */
  switch(t: Steps, found: FoundRecord, options: SwitchOptions | FleetSwitch): Promise<Switched>
  /**
   * Tests that a name leads to a balancer now: a guard while blue is kept.
   *
   * @throws ViridianError `E_RECORD_CHANGED`
   */
  resolves(t: Steps, found: FoundRecord, to: Front): Promise<void>
  /**
   * Sees that no record of the account leads to these balancers, in whatever zone: nobody misses them. One that is to be
   * switched does not count before. `route53:ListHostedZones`, `route53:ListResourceRecordSets`.
   *
   * @throws ViridianError `E_BALANCER_NAMED` with the names that do
   *
   * @example
   * ```ts
   * await names.unnamed(t, blue.loadBalancers, { without: www })
   * await names.switch(t, www, { blue, green: replica.fleet, balancers: fronts.names })
   * ```
   */
  unnamed(t: Steps, balancers: readonly LoadBalancer[], options?: UnnamedOptions): Promise<void>
  /**
   * Tests that users have moved, before the balancers that they came from lose their instances: that no record of the
   * account leads there, and that the name leads to a balancer where most are in service. Where somebody has pointed it
   * outside of the account's classic balancers nobody can tell, and it passes. `route53:ListHostedZones`,
   * `route53:ListResourceRecordSets`, `elasticloadbalancing:DescribeInstanceHealth`.
   *
   * @throws ViridianError `E_BALANCER_NAMED` with the names that lead there; `E_RECORD_UNSERVED`
   *
   * @example
   * ```ts
   * await alarms.silent(t, blue.loadBalancers, { since: '2026-11-23T15:42:33.000Z', deadline: '30m' })
   * await names.moved(t, www, { from: blue.loadBalancers })
   * ```
   */
  moved(t: Steps, found: FoundRecord, options: MovedOptions): Promise<void>
}

/**
 * The plugin for Amazon Route 53.
 *
 * @example
 * ```ts
 * const names = route53()
 * ```
 */
export const route53 = ({ nameServers = [] }: Route53Settings = {}): Route53 => ({
  name: 'aws-route53',
  module: '@viridian/aws-route53',
  settings: { nameServers: [...nameServers] },
  steps: [
    findRecord,
    pointRecord,
    seeInSync,
    seeResolved,
    testPointsAt,
    readAskable,
    readUnnamed,
    testMoved,
    findNamed,
  ],
  users,
  checks: [...accountChecks, serverCheck(nameServers)],
  find: (t, record, { zone, set } = {}) =>
    t.step(findRecord, {
      record,
      ...(zone !== undefined && { zone }),
      ...(set !== undefined && { set }),
    }),
  askable: async (t, { name, nameServers: own }) => {
    await t.step(readAskable, { name, nameServers: own, given: [...nameServers] })
  },
  switch: (t, found, options) => {
    const { name } = found
    const ends: SwitchOptions = 'blue' in options ? endsOf(found, options) : options
    const { from, to, capacity, withinMs, touches = [] } = ends
    const given = [...nameServers]
    return t.move(
      { name: 'switch', title: `point ${recordTitle(found)} at ${balancerName(to)}` },
      async (t) => {
        const { change, sets, ttl, answered } = await t.step(pointRecord, {
          found,
          ...(from && { from }),
          to,
          capacity,
          ...(withinMs !== undefined && { withinMs }),
          nameServers: given,
          touches: [...touches],
        })
        const { at } = await t.step(seeInSync, { name, ...(change !== undefined && { change }) })
        const { nameServers: own, set, target } = found
        const weighted = { ...(set !== undefined && { set }), ...(answered !== undefined && { answered }) }
        const lookup = { name, nameServers: own, given, sets, ...weighted }
        const before = target && { before: target.dnsName }
        await t.step(seeResolved, { lookup, to: balancerName(to), ...before })
        return { ttl, forgotten: new Date(at + ttl * 1000).toISOString(), to }
      },
    )
  },
  resolves: async (t, found, to) => {
    await t.step(testPointsAt, { found, to })
  },
  unnamed: async (t, balancers, { without } = {}) => {
    if (frontsOf(balancers).length === 0) return
    const switched = without && {
      name: without.name,
      zoneId: without.zoneId,
      exists: without.sets.length > 0,
      ...(without.set !== undefined && { set: without.set }),
    }
    await t.step(readUnnamed, { balancers: [...balancers], ...(switched && { without: switched }) })
  },
  moved: async (t, found, { from, gone = false }) => {
    await t.step(testMoved, { found, from: [...from], ...(gone && { gone }) })
  },
})
