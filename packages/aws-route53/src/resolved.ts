import { poll } from '@viridian/aws'
import { defineCheck, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type NameServer, type NameServers, nameServers } from './name-servers.ts'
import { RecordSet } from './record-set.ts'

const withinMs = 300_000

/** Where a name is looked up, and what should be found there. */
export const Lookup = z.strictObject({
  name: z.string(),
  /** The zone's own name servers. */
  nameServers: z.array(z.string()),
  /** Those to ask instead. */
  given: z.array(z.string()),
  /** The aliases that the name should answer as; with none of them it should answer nothing. */
  sets: z.array(RecordSet),
})

export type Lookup = z.infer<typeof Lookup>

/** Waits until a name resolves as its record says, at every name server: real questions of DNS. */
export const seeResolved = defineCheck({
  name: 'aws-route53/see-resolved',
  version: 1,
  input: z.strictObject({ lookup: Lookup, to: z.string() }),
  output: z.null(),
  calls: [],
  title: ({ lookup: { name }, to }) => `see ${name} lead to ${to}`,
  run: async ({ lookup }, c) => {
    await waitResolved(c, lookup)
    return null
  },
})

/**
 * Waits until every name server answers with addresses of what the record sets lead to, and with no others.
 *
 * @throws ViridianError `E_WAIT_TIMEOUT`, naming the servers that answer otherwise
 */
export async function waitResolved(c: StepContext, lookup: Lookup): Promise<void> {
  const servers = await nameServers(c, lookup.given, lookup.nameServers)
  // A balancer has more addresses than one answer holds: what was seen once is its own.
  const known = new Map<string, Set<string>>()
  await poll(c, {
    what: `${lookup.name} resolved at ${servers.ofZone.length} name servers`,
    deadlineMs: withinMs,
    hint: "can this machine reach the zone's name servers (UDP 53)? Others can be named: route53({ nameServers })",
    look: async () => {
      const off = (await Promise.all(lookup.sets.map((set) => offOf(servers, lookup, set, known)))).flat()
      const left = lookup.sets.length === 0 ? await leftOf(servers, lookup.name) : []
      const waiting = [...off, ...left]
      return waiting.length === 0 ? { done: undefined } : { waiting: waiting.join('; ') }
    },
  })
}

/**
 * How long answers about a name may be kept, in seconds: the longest that a server says; 0 where there is no record.
 *
 * @throws ViridianError `E_NAME_SERVERS` when not one of them answers
 */
export async function ttlOf(c: StepContext, lookup: Omit<Lookup, 'sets'>): Promise<number> {
  const { ofZone } = await nameServers(c, lookup.given, lookup.nameServers)
  const answers = await Promise.allSettled(ofZone.map((server) => server.ask(lookup.name, 'A')))
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
  { ofZone, ofBalancers }: NameServers,
  { name }: Lookup,
  { Type, AliasTarget, ResourceRecords = [] }: RecordSet,
  known: Map<string, Set<string>>,
): Promise<string[]> {
  const target = AliasTarget?.DNSName ?? ResourceRecords[0]?.Value ?? ''
  const family = Type === 'AAAA' ? 'AAAA' : 'A'
  const own = known.get(target + family) ?? new Set()
  known.set(target + family, own)
  const wanted = await addressesAt(ofBalancers, target, family)
  if (typeof wanted === 'string') return [wanted]
  for (const address of wanted) own.add(address)
  const answers = await Promise.all(ofZone.map((server) => addressesAt(server, name, family)))
  return answers.flatMap((answer, index) => {
    if (typeof answer === 'string') return [answer]
    const right = answer.every((address) => own.has(address)) && answer.length > 0 === own.size > 0
    const found = answer.length === 0 ? 'no address' : answer.join(', ')
    return right ? [] : [`${ofZone[index]?.name} answers ${found}`]
  })
}

/** The servers that still answer where nothing should be found. */
async function leftOf({ ofZone }: NameServers, name: string): Promise<string[]> {
  const answers = await Promise.all(ofZone.map((server) => addressesAt(server, name, 'A')))
  return answers.flatMap((answer, index) => {
    if (typeof answer === 'string') return [answer]
    return answer.length === 0 ? [] : [`${ofZone[index]?.name} answers ${answer.join(', ')}`]
  })
}

/** The addresses, or in words why there is no answer. */
async function addressesAt(
  server: NameServer,
  name: string,
  type: 'A' | 'AAAA',
): Promise<readonly string[] | string> {
  try {
    return (await server.ask(name, type)).addresses
  } catch (error) {
    return `${server.name} does not answer (${error instanceof Error ? error.message : String(error)})`
  }
}
