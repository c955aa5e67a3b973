import { type Answer, AUTHORITATIVE_ANSWER, type DecodedPacket, type Packet, type Question } from 'dns-packet'
import { type Reach, type ResolveName, recordsOf, type ZoneRecord } from '../hardware/names.ts'
import { servedTypes, toAnswer } from './record-data.ts'

/** Response codes, which travel in the lowest bits of a packet's flags. */
export const responseCode = {
  ok: 0,
  malformed: 1,
  failed: 2,
  nameUnknown: 3,
  notImplemented: 4,
  refused: 5,
} as const

const recursionDesired = 0x0100
const recursionAvailable = 0x0080

/**
 * The answer to a query, from the zones alone. To who desires recursion it is a resolver's, which follows CNAMEs from one
 * zone to another; else the one that a zone's own servers give.
 */
export function respond(query: DecodedPacket, resolve: ResolveName): Packet {
  const [question] = query.questions ?? []
  const isDesired = ((query.flags ?? 0) & recursionDesired) !== 0
  const reach = isDesired ? 'beyond the zone' : 'the zone'
  const flags = isDesired ? recursionDesired | recursionAvailable : 0
  const { id } = query
  const reply = {
    type: 'response',
    ...(id === undefined ? {} : { id }),
    questions: query.questions ?? [],
  } as const
  if (opcodeOf(query) !== 0 || (question?.class ?? 'IN') !== 'IN') {
    return { ...reply, flags: flags | responseCode.notImplemented }
  }
  if (!question) return { ...reply, flags: flags | responseCode.malformed }
  const found = lookUp(question, resolve, reach)
  if (!found) return { ...reply, flags: flags | responseCode.refused }
  const authoritative = flags | AUTHORITATIVE_ANSWER
  if (found !== 'unknown' && found.length > 0)
    return { ...reply, flags: authoritative, answers: toAnswers(question, found) }
  return {
    ...reply,
    flags: authoritative | (found === 'unknown' ? responseCode.nameUnknown : responseCode.ok),
    authorities: authorityOver(question.name, resolve),
  }
}

/** What is asked for: 0 is a query. */
function opcodeOf({ flags = 0 }: DecodedPacket): number {
  return (flags >> 11) & 0xf
}

function lookUp({ name, type }: Question, resolve: ResolveName, reach: Reach): ReturnType<ResolveName> {
  // dns-packet knows this question, though its types do not.
  if (String(type) !== 'ANY') return resolve(qualified(name), type, reach)
  const addresses = resolve(qualified(name), 'A')
  if (addresses === undefined || addresses === 'unknown') return addresses
  const all = servedTypes.flatMap((each) => recordsOf(resolve(qualified(name), each)))
  return all.filter((record) => record.name === qualified(name))
}

function toAnswers(question: Question, records: readonly ZoneRecord[]): Answer[] {
  return records.flatMap(({ name, type, ttl, values }) => {
    // A resolver that varies the case of its questions wants to see the same in the answers.
    const owner = name === qualified(question.name) ? question.name : name.replace(/\.$/, '')
    return values.flatMap((value) => toAnswer({ name: owner, ttl }, type, value) ?? [])
  })
}

/** The SOA of the zone that a name lies in, by which resolvers know how long to remember that there was nothing. */
function authorityOver(name: string, resolve: ResolveName): Answer[] {
  const labels = name.split('.')
  for (const index of labels.keys()) {
    const zone = labels.slice(index).join('.')
    const records = recordsOf(resolve(qualified(zone), 'SOA'))
    const own = records.filter((record) => record.type === 'SOA' && record.name === qualified(zone))
    if (own.length > 0) return toAnswers({ name: zone, type: 'SOA' }, own)
  }
  return []
}

function qualified(name: string): string {
  return `${name.toLowerCase().replace(/\.$/, '')}.`
}
