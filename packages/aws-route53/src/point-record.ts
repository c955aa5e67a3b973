import { balancerName, healthCalls, lookFor, makeSure, poll } from '@viridian/aws'
import { defineChange, type Found, formatDuration, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { waitReady } from './blue-ready.ts'
import { recordThing } from './domain-name.ts'
import { recordTitle } from './found-record.ts'
import { waitInSync } from './in-sync.ts'
import {
  asFound,
  isNow,
  lookupOf,
  Pointing,
  present,
  put,
  refuseLeading,
  refuseStranger,
  shown,
  wantedBy,
} from './pointing.ts'
import { RecordSet } from './record-set.ts'
import { isAnswered, ttlOf, waitResolved } from './resolved.ts'

const Before = z.strictObject({
  sets: z.array(RecordSet),
  /** How long the addresses could be kept, in seconds; 0 where there were none. */
  ttl: z.number(),
  /** Of weighted record sets: whether answers led to their balancer. */
  answered: z.boolean().exactOptional(),
})

type Before = z.infer<typeof Before>

const Output = z.strictObject({
  /** Not known where the answer of the call was lost. */
  change: z.string().optional(),
  sets: z.array(RecordSet),
  /** How long resolvers may still give what they knew before, in seconds. */
  ttl: z.number(),
  /** Of weighted record sets: whether answers led to their balancer before. */
  answered: z.boolean().exactOptional(),
})

type Output = z.infer<typeof Output>

/** Of an alias to a balancer, in seconds. */
const aliasTtl = 60

/** What a record says of its own; an alias has none. In seconds. */
const recordTtl = (sets: readonly RecordSet[]): number => Math.max(0, ...sets.map(({ TTL = 0 }) => TTL))

/** A CNAME is kept for its own TTL, however short the addresses are that it leads to. */
const oldTtl = ({ found }: Pointing, { ttl }: Before): number => Math.max(ttl, recordTtl(found.sets))

const outputOf = (input: Pointing, before: Before): Output => ({
  sets: wantedBy(input),
  ttl: oldTtl(input, before),
  ...(before.answered !== undefined && { answered: before.answered }),
})

/**
 * Points a name at another balancer, in one batch (`ChangeResourceRecordSets`). Undone by putting the old record sets
 * back, once the old balancer can serve, and waiting until nobody is sent to the other one any more. A record that
 * somebody else has pointed elsewhere meanwhile is left alone; one that still leads to the new balancer fails the undo.
 */
export const pointRecord = defineChange({
  name: 'aws-route53/point-record',
  version: 3,
  input: Pointing,
  beforeSchema: Before,
  output: Output,
  calls: [
    'route53:ChangeResourceRecordSets',
    'route53:ListResourceRecordSets',
    'route53:GetChange',
    'elasticloadbalancing:DescribeLoadBalancers',
    ...healthCalls,
  ],
  title: ({ found, to }) => {
    const ttl = recordTtl(found.sets)
    const kept = ttl > 0 ? `, whose old record resolvers keep for ${formatDuration(ttl * 1000)}` : ''
    return `point ${recordTitle(found)} at ${balancerName(to)}${kept}`
  },
  details: ({ found, from, capacity }) => [
    `now: ${shown(found.sets)}`,
    ...(from === undefined
      ? []
      : [`the way back waits until ${capacity} are in service at ${balancerName(from)}`]),
  ],
  before: async (input, c) => {
    refuseStranger(input)
    const sets = await asFound(c, input)
    const lookup = lookupOf(input)
    const weighted = input.found.set !== undefined && { answered: await isAnswered(c, { ...lookup, sets }) }
    return { sets, ttl: await ttlOf(c, lookup), ...weighted }
  },
  run: async (input, c): Promise<Output> => {
    const made = outputOf(input, c.before)
    const change = await put(c, input, made.sets, await asFound(c, input), `viridian ${c.token}`)
    return { change, ...made }
  },
  find: async (input, c): Promise<Found<Output>> => {
    const output = outputOf(input, c.before)
    if (await lookFor(c, async () => isNow(await present(c, input), output.sets)))
      return { status: 'done', output }
    const now = await present(c, input)
    if (isNow(now, c.before.sets)) return { status: 'absent' }
    return {
      status: 'unknown',
      reason: `${recordTitle(input.found)} is neither the old nor the new: ${shown(now)}`,
    }
  },
  ready: async (input, { output, restored, ...c }) => {
    const { found, from } = input
    const back = new Set(restored.filter((thing) => thing.startsWith('instance/')))
    const capacity = Math.max(0, input.capacity - back.size)
    const now = await present(c, input)
    if (isNow(now, c.before.sets)) return
    if (!isNow(now, output.sets)) await refuseLeading(c, input, now)
    else if (from !== undefined) await waitReady(c, { ...input, name: found.name, from, capacity })
  },
  undo: async (input, { output, ...c }) => {
    const { found, from } = input
    const { sets: old, ttl: kept } = c.before
    // An answer that shows what was before the change may be an old one.
    const now = await lookFor(c, async () => {
      const seen = await present(c, input)
      return isNow(seen, old) ? undefined : seen
    })
    if (now === undefined)
      return seeBack(c, input, c.before, undefined, Math.max(kept || aliasTtl, recordTtl(output.sets)))
    if (typeof now === 'string' || !isNow(now, output.sets)) {
      await refuseLeading(c, input, now)
      await waitForgotten(c, input, await keptFor(c, input, aliasTtl))
      return { leftAlone: `the record ${recordTitle(found)}: somebody has changed it since (${shown(now)})` }
    }
    if (from !== undefined) await waitReady(c, { ...input, name: found.name, from })
    const ttl = await keptFor(c, input)
    let change: string | undefined
    const giveBack = async (): Promise<void> => {
      change = await put(c, input, old, now, `viridian ${c.token} undone`)
    }
    await makeSure(c, giveBack, async () => isNow(await present(c, input), old))
    return seeBack(c, input, c.before, change, ttl)
  },
  givesTrafficBack: true,
  touches: ({ found, touches }) => [recordThing(found.name), ...touches],
  leaves: ({ found, to }) => [`record ${recordTitle(found)} at ${balancerName(to)}`],
})

/** How long resolvers keep what they know of the new balancer, in seconds; `most` bounds what is answered now. */
async function keptFor(c: StepContext, input: Pointing, most = Number.POSITIVE_INFINITY): Promise<number> {
  const own = recordTtl(wantedBy(input))
  try {
    return Math.max(own, Math.min(most, (await ttlOf(c, lookupOf(input))) || aliasTtl))
  } catch {
    // What answers no more cannot be asked: traffic goes back all the same, and is waited for as Route 53 documents it.
    return Math.max(own, aliasTtl)
  }
}

/** The end of a way back: at every name server, and then forgotten by every resolver. */
async function seeBack(
  c: StepContext,
  input: Pointing,
  { sets, answered }: Before,
  change: string | undefined,
  ttl: number,
): Promise<undefined> {
  await waitInSync(c, change)
  const expected = answered !== undefined && { answered }
  await waitResolved(c, { ...lookupOf(input), sets, ...expected }, input.to.dnsName)
  await waitForgotten(c, input, ttl)
  return undefined
}

/** Waits until no resolver gives the new balancer's addresses any more. */
async function waitForgotten(c: StepContext, input: Pointing, ttl: number): Promise<void> {
  const end = performance.now() + ttl * 1000
  await poll(c, {
    what: `nobody sent to ${balancerName(input.to)}`,
    deadlineMs: (ttl + 60) * 1000,
    capMs: 1000,
    look: async () =>
      performance.now() >= end
        ? { done: undefined }
        : { waiting: `resolvers may lead to ${balancerName(input.to)} for ${ttl} s` },
  })
}
