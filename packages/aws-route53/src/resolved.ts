import { poll } from '@viridian/aws'
import { defineCheck, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { BalancerAddresses } from './balancer-addresses.ts'
import { plainName } from './domain-name.ts'
import { recordTitle } from './found-record.ts'
import { type AskedType, type NameServers, nameServers, valuesAt } from './name-servers.ts'
import { RecordSet } from './record-set.ts'
import { questions, WeightedAnswers } from './weighted-answers.ts'

const withinMs = 300_000

/** Where a name is looked up, and what should be found there. */
export const Lookup = z.strictObject({
  name: z.string(),
  /** The zone's own name servers. */
  nameServers: z.array(z.string()),
  /** Those to ask instead. */
  given: z.array(z.string()),
  /** What the name should answer as. */
  sets: z.array(RecordSet),
  /** The set identifier of weighted ones: others answer for the name as well. */
  set: z.string().exactOptional(),
  /** Of such: whether answers led to its balancer before, so that they are to lead to the new one. */
  answered: z.boolean().exactOptional(),
})

export type Lookup = z.infer<typeof Lookup>

/** Waits until a name resolves as its record says, at every name server: real questions of DNS. */
export const seeResolved = defineCheck({
  name: 'aws-route53/see-resolved',
  version: 2,
  input: z.strictObject({ lookup: Lookup, to: z.string(), before: z.string().exactOptional() }),
  output: z.null(),
  calls: [],
  title: ({ lookup, to }) => `see ${recordTitle(lookup)} lead to ${to}`,
  run: async ({ lookup, before }, c) => {
    await waitResolved(c, lookup, before)
    return null
  },
})

/**
 * Waits until every name server answers with what the record sets lead to; where there are none, with nothing of what it
 * led to before: a wildcard may answer in their place. A name for which other record sets answer too is asked many times:
 * until no answer is of where it led before, and one of where it leads if one was of that.
 *
 * @param before the DNS name that it led to
 * @throws ViridianError `E_WAIT_TIMEOUT`, naming the servers that answer otherwise
 */
export async function waitResolved(c: StepContext, lookup: Lookup, before?: string): Promise<void> {
  const servers = await nameServers(c, lookup.given, lookup.nameServers)
  const targets = new BalancerAddresses(servers.ofBalancers)
  const { name, answered: isExpected = false } = lookup
  const answers = new WeightedAnswers({ name, before, isExpected, servers, targets })
  await poll(c, {
    what: `${lookup.name} resolved at ${servers.ofZone.length} name servers`,
    deadlineMs: withinMs,
    hint: "can this machine reach the zone's name servers (UDP 53)? Others can be named, by VIRIDIAN_NAME_SERVERS=10.0.0.2:53 or route53({ nameServers })",
    look: async () => {
      const sets = lookup.sets.map((set) =>
        lookup.set === undefined ? offOf(servers, lookup, set, targets) : answers.offOf(set),
      )
      const left = lookup.sets.length === 0 && before !== undefined
      const off = await Promise.all(left ? [leftOf(servers, lookup, before, targets)] : sets)
      const waiting = off.flat()
      return waiting.length === 0 ? { done: undefined } : { waiting: waiting.join('; ') }
    },
  })
}

/** Whether some of many answers lead where weighted record sets lead, at every name server. */
export async function isAnswered(c: StepContext, { name, sets, ...lookup }: Lookup): Promise<boolean> {
  const servers = await nameServers(c, lookup.given, lookup.nameServers)
  const targets = new BalancerAddresses(servers.ofBalancers)
  const answers = new WeightedAnswers({ name, before: undefined, isExpected: true, servers, targets })
  return (await Promise.all(sets.map((set) => answers.offOf(set)))).flat().length === 0
}

/**
 * How long answers about a name may be kept, in seconds: the longest that a server says; 0 where there is no record.
 *
 * @throws ViridianError `E_NAME_SERVERS` when not one of them answers
 */
export async function ttlOf(c: StepContext, lookup: Omit<Lookup, 'sets'>): Promise<number> {
  const { ofZone } = await nameServers(c, lookup.given, lookup.nameServers)
  const times = Array.from({ length: lookup.set === undefined ? 1 : questions })
  const asked = ofZone.flatMap((server) =>
    times.flatMap(() => [server.ask(lookup.name, 'A'), server.ask(lookup.name, 'AAAA')]),
  )
  const answers = await Promise.allSettled(asked)
  const ttls = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.ttl] : []))
  if (ttls.length > 0) return Math.max(...ttls)
  const names = ofZone.map(({ name }) => name).join(', ')
  throw new ViridianError('E_NAME_SERVERS', `no name server of ${lookup.name} answers (${names})`, {
    hint: "can this machine reach them (UDP 53)? Others can be named: route53({ nameServers: ['10.0.0.2:53'] })",
    cause: answers.find((answer) => answer.status === 'rejected')?.reason,
  })
}

/** The servers that do not answer as the record set says, in words. */
async function offOf(
  servers: NameServers,
  { name }: Lookup,
  { Type, AliasTarget, ResourceRecords = [] }: RecordSet,
  targets: BalancerAddresses,
): Promise<string[]> {
  const target = AliasTarget?.DNSName ?? ResourceRecords[0]?.Value ?? ''
  if (Type === 'CNAME') return thoseThat(servers, name, Type, ([found = '']) => found !== plainName(target))
  const own = await targets.addressesOf(target, Type)
  if (typeof own === 'string') return [own]
  // Two balancers share no address: one of its own is enough.
  return thoseThat(servers, name, Type, (found) =>
    found.length === 0 ? own.size > 0 : !found.some((address) => own.has(address)),
  )
}

/** The servers that still answer with addresses of where the name led before. */
async function leftOf(
  servers: NameServers,
  { name }: Lookup,
  before: string,
  targets: BalancerAddresses,
): Promise<string[]> {
  const old = await targets.addressesOf(before, 'A')
  if (typeof old === 'string') return [old]
  return thoseThat(servers, name, 'A', (found) => found.some((address) => old.has(address)))
}

/** The servers whose answers are off, and those that give none, in words. */
async function thoseThat(
  { ofZone }: NameServers,
  name: string,
  type: AskedType,
  isOff: (found: readonly string[]) => boolean,
): Promise<string[]> {
  const answers = await Promise.all(ofZone.map((server) => valuesAt(server, name, type)))
  return answers.flatMap((answer, index) => {
    if (typeof answer === 'string') return [answer]
    const nothing = type === 'CNAME' ? 'no CNAME' : 'no address'
    return isOff(answer) ? [`${ofZone[index]?.name} answers ${answer.join(', ') || nothing}`] : []
  })
}
