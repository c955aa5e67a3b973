import { balancerKey, type Counterparts, type Fleet, frontsOf, type LoadBalancer } from '@viridian/aws'
import { parseDuration, type Steps, ViridianError } from '@viridian/core'
import { disableAlarms, enableAlarms } from './alarm-actions.ts'
import { chunks } from './alarms.ts'
import { readWatchable, testCalm } from './calm.ts'
import type { AlarmReplica } from './compare-alarms.ts'
import type { Scope } from './concern.ts'
import { fleetText } from './concern.ts'
import { copyAlarm } from './copy-alarm.ts'
import { deleteAlarms } from './delete-alarms.ts'
import { listAlarms } from './list-alarms.ts'
import { type Silence, seeSilent } from './silence.ts'
import { type Watched, watchedOf } from './watched.ts'

/** A fleet, by the names of what it is made of. */
export interface FleetNames {
  /** Auto Scaling groups. */
  readonly groups: readonly string[]
  /** Classic load balancers by name; those of version 2, and target groups, by ARN. */
  readonly balancers: readonly string[]
  /** Scaling policies by ARN, besides the groups' own. */
  readonly policies?: readonly string[]
}

/** From when on a balancer is to be silent, for how long, and how long that may take; durations in milliseconds, or as `3m`. */
export interface SilenceOptions {
  /** When the traffic was switched away, as `Date.toISOString` writes it. */
  readonly since: string
  /** When it can be silent at the earliest, as resolvers may still lead users there: `forgotten` of a switch. */
  readonly notBefore?: string
  /** For how long no request may be counted on top. @default '3m': AWS publishes a minute's count up to two minutes late */
  readonly quietFor?: string | number
  /** For how long to wait, from `notBefore` on. */
  readonly deadline: string | number
  /** What to do when requests are still counted then. @default 'fail' */
  readonly otherwise?: 'fail' | 'go on'
}

/** Which alarms are watched in place of those that are named. */
export interface CalmOptions {
  /** What `replicate` gave: where an alarm was copied, its copy is watched, which sees green, and not the original. */
  readonly copies?: AlarmReplica
}

/** Copies the alarms of a fleet: see `CloudWatch.replicate`. */
export function replicate(t: Steps, counterparts: Counterparts): Promise<AlarmReplica> {
  const { groups, balancers, policies } = counterparts
  const names = fleetText(Object.keys(groups), Object.keys(balancers))
  return t.move({ name: 'replicate-alarms', title: `copy the alarms of ${names}` }, async (t) => {
    const { alarms, queries } = await t.step(listAlarms, {
      groups: Object.keys(groups),
      balancers: Object.keys(balancers),
      policies: Object.keys(policies),
    })
    for (const query of queries) throw unsupported(query)
    const replica: AlarmReplica = { alarms: {}, enabled: [] }
    for (const { name: from, enabled } of alarms) {
      const { name } = await t.step(copyAlarm, { from, counterparts })
      replica.alarms[from] = name
      if (enabled) replica.enabled.push(name)
    }
    return replica
  })
}

/** Sees ahead of a deployment that alarms can watch it: see `CloudWatch.watchable`. */
export async function watchable(t: Steps, names: readonly string[]): Promise<void> {
  if (names.length > 0) await t.step(readWatchable, { names: [...new Set(names)] })
}

/** Tests that none of these alarms is in ALARM: see `CloudWatch.calm`. */
export async function calm(t: Steps, names: readonly string[], { copies }: CalmOptions = {}): Promise<void> {
  const watched = names.map((name) => copies?.alarms[name] ?? name)
  if (watched.length > 0) await t.step(testCalm, { names: [...new Set(watched)] })
}

/** Lets alarms act: see `CloudWatch.enable`. */
export async function enable(t: Steps, names: readonly string[]): Promise<void> {
  for (const chunk of chunks(names)) await t.step(enableAlarms, { names: chunk })
}

/** Keeps alarms from acting: see `CloudWatch.disable`. */
export async function disable(t: Steps, names: readonly string[]): Promise<void> {
  for (const chunk of chunks(names)) await t.step(disableAlarms, { names: chunk })
}

/** The alarms that concern a fleet and no other: see `CloudWatch.concerning`. */
export async function concerning(t: Steps, fleets: FleetNames | readonly Fleet[]): Promise<string[]> {
  const { alarms } = await t.step(listAlarms, scopeOf(namesOf(fleets)))
  return alarms.filter(({ only }) => only).map(({ name }) => name)
}

/** Deletes the alarms of a fleet: see `CloudWatch.remove`. */
export function remove(t: Steps, fleets: FleetNames | readonly Fleet[]): Promise<string[]> {
  const { groups, balancers } = namesOf(fleets)
  const title = `delete the alarms of ${fleetText(groups, balancers)}`
  return t.move({ name: 'remove-alarms', title }, async (t) => {
    const names = await concerning(t, fleets)
    for (const chunk of chunks(names)) await t.step(deleteAlarms, { names: chunk })
    return names
  })
}

/** Waits until balancers see no more requests: see `CloudWatch.silent`. */
export const silent = (
  t: Steps,
  balancers: readonly (LoadBalancer | Watched)[],
  { since, notBefore = since, quietFor = '3m', deadline, otherwise = 'fail' }: SilenceOptions,
): Promise<Silence> =>
  t.step(seeSilent, {
    balancers: watchedOf(balancers),
    since,
    notBefore,
    quietForMs: parseDuration(quietFor),
    deadlineMs: parseDuration(deadline),
    otherwise,
  })

const namesOf = (fleets: FleetNames | readonly Fleet[]): FleetNames =>
  'groups' in fleets
    ? fleets
    : {
        groups: fleets.map(({ name }) => name),
        balancers: fleets.flatMap(({ loadBalancers }) => [
          ...new Set([...loadBalancers, ...frontsOf(loadBalancers)].map(balancerKey)),
        ]),
      }

const scopeOf = ({ groups, balancers, policies = [] }: FleetNames): Record<keyof Scope, string[]> => ({
  groups: [...groups],
  balancers: [...balancers],
  policies: [...policies],
})

const unsupported = ({ name, text }: { name: string; text: string }): ViridianError =>
  new ViridianError(
    'E_ALARM_UNSUPPORTED',
    `alarm ${name} names the fleet in the text of a query, which cannot be rewritten for a copy: ${text}`,
    { hint: 'let it watch a metric by its dimensions (MetricStat), or delete it' },
  )
