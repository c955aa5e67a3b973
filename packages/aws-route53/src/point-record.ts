import { balancerName, healthCalls, lookFor, makeSure, poll } from '@viridian/aws'
import { defineChange, type Found, formatDuration, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { waitReady } from './blue-ready.ts'
import { recordThing } from './domain-name.ts'
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
import { ttlOf, waitResolved } from './resolved.ts'

const Before = z.strictObject({
  sets: z.array(RecordSet),
  /** How long the addresses could be kept, in seconds; 0 where there were none. */
  ttl: z.number(),
})

const Output = z.strictObject({
  /** Not known where the answer of the call was lost. */
  change: z.string().optional(),
  sets: z.array(RecordSet),
  /** How long resolvers may still give what they knew before, in seconds. */
  ttl: z.number(),
})

type Output = z.infer<typeof Output>

/** Of an alias to a balancer, in seconds. */
const aliasTtl = 60

/** What a record says of its own; an alias has none. In seconds. */
const recordTtl = ({ sets }: Pointing['found']): number => Math.max(0, ...sets.map(({ TTL = 0 }) => TTL))

/** A CNAME is kept for its own TTL, however short the addresses are that it leads to. */
const oldTtl = ({ found }: Pointing, { ttl }: z.infer<typeof Before>): number =>
  Math.max(ttl, recordTtl(found))

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
    const ttl = recordTtl(found)
    const kept = ttl > 0 ? `, whose old record resolvers keep for ${formatDuration(ttl * 1000)}` : ''
    return `point ${found.name} at ${balancerName(to)}${kept}`
  },
  details: ({ found, from, capacity }) => [
    `now: ${shown(found.sets)}`,
    ...(from === undefined
      ? []
      : [`the way back waits until ${capacity} are in service at ${balancerName(from)}`]),
  ],
  before: async (input, c) => {
    refuseStranger(input)
    return { sets: await asFound(c, input), ttl: await ttlOf(c, lookupOf(input)) }
  },
  run: async (input, c): Promise<Output> => {
    const sets = wantedBy(input)
    const change = await put(c, input, sets, await asFound(c, input), `viridian ${c.token}`)
    return { change, sets, ttl: oldTtl(input, c.before) }
  },
  find: async (input, c): Promise<Found<Output>> => {
    const sets = wantedBy(input)
    if (await lookFor(c, async () => isNow(await present(c, input), sets)))
      return { status: 'done', output: { sets, ttl: oldTtl(input, c.before) } }
    const now = await present(c, input)
    if (isNow(now, c.before.sets)) return { status: 'absent' }
    return { status: 'unknown', reason: `${input.found.name} is neither the old nor the new: ${shown(now)}` }
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
    const { sets: old, ttl: answered } = c.before
    // An answer that shows what was before the change may be an old one.
    const now = await lookFor(c, async () => {
      const seen = await present(c, input)
      return isNow(seen, old) ? undefined : seen
    })
    if (now === undefined) return seeBack(c, input, old, undefined, answered || aliasTtl)
    if (typeof now === 'string' || !isNow(now, output.sets)) {
      await refuseLeading(c, input, now)
      await waitForgotten(c, input, Math.min(await keptFor(c, input), aliasTtl))
      return { leftAlone: `the record ${found.name}: somebody has changed it since (${shown(now)})` }
    }
    if (from !== undefined) await waitReady(c, { ...input, name: found.name, from })
    const ttl = await keptFor(c, input)
    let change: string | undefined
    const giveBack = async (): Promise<void> => {
      change = await put(c, input, old, now, `viridian ${c.token} undone`)
    }
    await makeSure(c, giveBack, async () => isNow(await present(c, input), old))
    return seeBack(c, input, old, change, ttl)
  },
  givesTrafficBack: true,
  touches: ({ found, touches }) => [recordThing(found.name), ...touches],
  leaves: ({ found, to }) => [`record ${found.name} at ${balancerName(to)}`],
})

/** How long resolvers keep what they know now, in seconds. */
async function keptFor(c: StepContext, input: Pointing): Promise<number> {
  try {
    return (await ttlOf(c, lookupOf(input))) || aliasTtl
  } catch {
    // What answers no more cannot be asked: traffic goes back all the same, and is waited for as Route 53 documents it.
    return aliasTtl
  }
}

/** The end of a way back: at every name server, and then forgotten by every resolver. */
async function seeBack(
  c: StepContext,
  input: Pointing,
  sets: RecordSet[],
  change: string | undefined,
  ttl: number,
): Promise<undefined> {
  await waitInSync(c, change)
  await waitResolved(c, { ...lookupOf(input), sets }, input.to.dnsName)
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
