import { poll } from '@viridian/aws'
import { defineCheck, type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { plainName } from './domain-name.ts'
import { type AskedType, type NameServer, type NameServers, nameServers } from './name-servers.ts'
import { RecordSet } from './record-set.ts'

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
 * Waits until every name server answers with what the record sets lead to; where there are none, with nothing of what it
 * led to before: a wildcard may answer in their place.
 *
 * @param before the DNS name that it led to
 * @throws ViridianError `E_WAIT_TIMEOUT`, naming the servers that answer otherwise
 */
export async function waitResolved(c: StepContext, lookup: Lookup, before?: string): Promise<void> {
  const servers = await nameServers(c, lookup.given, lookup.nameServers)
  const targets = new Targets(servers.ofBalancers)
  await poll(c, {
    what: `${lookup.name} resolved at ${servers.ofZone.length} name servers`,
    deadlineMs: withinMs,
    hint: "can this machine reach the zone's name servers (UDP 53)? Others can be named, by VIRIDIAN_NAME_SERVERS=10.0.0.2:53 or route53({ nameServers })",
    look: async () => {
      const sets = lookup.sets.map((set) => offOf(servers, lookup, set, targets))
      const left = lookup.sets.length === 0 && before !== undefined
      const off = await Promise.all(left ? [leftOf(servers, lookup, before, targets)] : sets)
      const waiting = off.flat()
      return waiting.length === 0 ? { done: undefined } : { waiting: waiting.join('; ') }
    },
  })
}

/** The addresses of balancers. One has more than an answer holds: what was seen once is its own. */
class Targets {
  readonly #server: NameServer
  readonly #known = new Map<string, Set<string>>()

  constructor(server: NameServer) {
    this.#server = server
  }

  /** What is known by now; in words why nothing is answered. */
  async addressesOf(target: string, type: AskedType): Promise<ReadonlySet<string> | string> {
    const answer = await valuesAt(this.#server, target, type)
    if (typeof answer === 'string') return answer
    const known = new Set([...(this.#known.get(target + type) ?? []), ...answer])
    this.#known.set(target + type, known)
    return known
  }
}

/**
 * How long answers about a name may be kept, in seconds: the longest that a server says; 0 where there is no record.
 *
 * @throws ViridianError `E_NAME_SERVERS` when not one of them answers
 */
export async function ttlOf(c: StepContext, lookup: Omit<Lookup, 'sets'>): Promise<number> {
  const { ofZone } = await nameServers(c, lookup.given, lookup.nameServers)
  const asked = ofZone.flatMap((server) => [server.ask(lookup.name, 'A'), server.ask(lookup.name, 'AAAA')])
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
  targets: Targets,
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
  targets: Targets,
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

/** What a server answers, or in words why it does not. */
async function valuesAt(
  server: NameServer,
  name: string,
  type: AskedType,
): Promise<readonly string[] | string> {
  try {
    return (await server.ask(name, type)).values
  } catch (error) {
    return `${server.name} does not answer (${error instanceof Error ? error.message : String(error)})`
  }
}
