import { balancerName, Front } from '@viridian/aws'
import { isViridianError, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { route53Api } from './api.ts'
import { balancerDnsName } from './domain-name.ts'
import { FoundRecord, recordTitle } from './found-record.ts'
import { readRecordSets, readTargets } from './read-record-sets.ts'
import { changesTo, ofSet, pointedAt, type RecordSet, sameSets, shownSets } from './record-set.ts'
import type { Lookup } from './resolved.ts'

/** A name, and the balancer that it is to lead to. */
export const Pointing = z.strictObject({
  found: FoundRecord,
  /** Where it leads; left out where there is no record yet. */
  from: Front.optional(),
  to: Front,
  /** How many have to be in service at `from` before the name is given back to it. */
  capacity: z.int(),
  /** How long that may take, in milliseconds. */
  withinMs: z.int().optional(),
  /** The name servers to ask in place of the zone's own. */
  nameServers: z.array(z.string()),
  touches: z.array(z.string()),
})

export type Pointing = z.infer<typeof Pointing>

const Changed = z.object({ ChangeInfo: z.object({ Id: z.string() }) })

/** The record sets that a pointing makes. */
export const wantedBy = ({ found, to }: Pointing): RecordSet[] => pointedAt(found.name, found.sets, to)

/** What is looked up in DNS about it. */
export const lookupOf = ({ found, nameServers }: Pointing): Omit<Lookup, 'sets'> => ({
  name: found.name,
  nameServers: found.nameServers,
  given: nameServers,
  ...(found.set !== undefined && { set: found.set }),
})

/** The record as it is now: its sets, or in words what it has become when several sets answer for it. */
export type Present = readonly RecordSet[] | string

export async function present(c: StepContext, { found }: Pointing): Promise<Present> {
  try {
    const sets = await readRecordSets(c, found.zoneId, found.name)
    return ofSet(sets, found.set)
  } catch (error) {
    if (isViridianError(error) && error.code === 'E_RECORD_UNSUPPORTED') return error.message
    throw error
  }
}

export const isNow = (now: Present, sets: readonly RecordSet[]): boolean =>
  typeof now !== 'string' && sameSets(now, sets)

export const shown = (now: Present): string => (typeof now === 'string' ? now : shownSets(now))

/**
 * Whether the balancer that is said to have the name is the one that has it: the way back asks it whether it can serve.
 *
 * @throws ViridianError `E_BALANCER_MISMATCH`
 */
export function refuseStranger({ found: { name, target }, from }: Pointing): void {
  const said = from && balancerDnsName(from.dnsName)
  if (said === target?.dnsName) return
  throw new ViridianError(
    'E_BALANCER_MISMATCH',
    `${name} leads to ${target?.dnsName ?? 'no balancer yet'}, not to ${from ? balancerName(from) : 'none'}`,
    { hint: "give the balancer as `from` that the record's `target` names; none where there is no record" },
  )
}

/**
 * Whether somebody who has changed the record has left it at the balancer that it was switched to: what users are sent to
 * must not be taken away.
 *
 * @throws ViridianError `E_RECORD_CHANGED`
 */
export async function refuseLeading(c: StepContext, pointing: Pointing, now: Present): Promise<void> {
  const { found, from, to } = pointing
  const there = balancerDnsName(to.dnsName)
  const targets = await readTargets(c, found.zoneId, found.name)
  if (!targets.some((target) => balancerDnsName(target) === there)) return
  throw new ViridianError(
    'E_RECORD_CHANGED',
    `${found.name} still leads to ${balancerName(to)}, and somebody has changed it since: ${shown(now)}`,
    {
      hint: `${from ? `point it at ${balancerName(from)}` : 'take it away'} by hand, then: tasks rollback`,
      place: { call: 'route53:ListResourceRecordSets' },
    },
  )
}

/**
 * The record sets, if they are still those that were found.
 *
 * @throws ViridianError `E_RECORD_CHANGED`
 */
export async function asFound(c: StepContext, pointing: Pointing): Promise<RecordSet[]> {
  const { found } = pointing
  const { sets } = found
  const now = await present(c, pointing)
  if (isNow(now, sets)) return sets
  throw new ViridianError(
    'E_RECORD_CHANGED',
    `${recordTitle(found)} is not what it was when it was found: ${shown(now)}`,
    {
      hint: 'somebody else is changing it: run the task again when they are done',
      place: { call: 'route53:ListResourceRecordSets' },
    },
  )
}

/** Makes `wanted` of what there is, in one batch; the id of the change. */
export async function put(
  c: StepContext,
  { found }: Pointing,
  wanted: readonly RecordSet[],
  now: readonly RecordSet[],
  Comment: string,
): Promise<string> {
  const ChangeBatch = { Comment, Changes: changesTo(wanted, now) }
  const input = { HostedZoneId: found.zoneId, ChangeBatch }
  return (await route53Api(c, 'ChangeResourceRecordSets', input, Changed)).ChangeInfo.Id
}
