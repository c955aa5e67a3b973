import { Resolver } from 'node:dns/promises'
import { concreteName, serverAddress, serversOfEnvironment } from '@viridian/aws'
import { type StepContext, ViridianError } from '@viridian/core'
import { plainName } from './domain-name.ts'

/** What a name server answers about a name: none of a type that it has not, nor of a name that only a CNAME is known of. */
export interface Answer {
  /** Addresses, or the name that a CNAME leads to. */
  readonly values: readonly string[]
  /** The shortest that addresses may be kept, in seconds; 0 where there are none. */
  readonly ttl: number
}

export type AskedType = 'A' | 'AAAA' | 'CNAME'

/** One server that is asked. */
export interface NameServer {
  /** As it was named. */
  readonly name: string
  /** @throws Error when it does not answer */
  ask(name: string, type: AskedType): Promise<Answer>
}

/** The servers that are asked about a record, and one that knows the balancers' own names. */
export interface NameServers {
  readonly ofZone: readonly NameServer[]
  readonly ofBalancers: NameServer
}

/**
 * The name servers to ask: those that the environment names, or else those that are given (`host`, `host:port`). Names
 * of name servers are looked up first.
 *
 * @param given from the plugin's settings
 * @param own the zone's
 * @throws ViridianError `E_NAME_SERVERS` when there is none, or one cannot be found
 */
export async function nameServers(
  c: StepContext,
  given: readonly string[],
  own: readonly string[],
): Promise<NameServers> {
  await c.environment()
  const listed = serversOfEnvironment()
  const forced = listed.length > 0 ? listed : given
  const names = forced.length > 0 ? forced : own
  const ofZone = await Promise.all(names.map(serverAt))
  const [first] = ofZone
  if (first === undefined) {
    throw new ViridianError('E_NAME_SERVERS', 'no name server answers for the zone in public', {
      hint: "say who does: route53({ nameServers: ['10.0.0.2:53'] })",
    })
  }
  // A zone's own servers know nothing of the balancers' zone; those that one names are asked for everything.
  return { ofZone, ofBalancers: forced.length > 0 ? first : serverOf('the resolver of this machine') }
}

const serverAt = async (text: string): Promise<NameServer> => serverOf(text, await serverAddress(text))

function serverOf(name: string, address?: string): NameServer {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  if (address !== undefined) resolver.setServers([address])
  return {
    name,
    ask: async (asked, type) => {
      try {
        return await answerOf(resolver, concreteName(plainName(asked)), type)
      } catch (error) {
        if (isNothing(error)) return { values: [], ttl: 0 }
        throw error
      }
    },
  }
}

async function answerOf(resolver: Resolver, name: string, type: AskedType): Promise<Answer> {
  if (type === 'CNAME') return { values: (await resolver.resolveCname(name)).map(plainName), ttl: 0 }
  const found = await (type === 'A'
    ? resolver.resolve4(name, { ttl: true })
    : resolver.resolve6(name, { ttl: true }))
  // Of a CNAME alone, which a zone's own server does not follow, there are no addresses, and no error either.
  if (found.length === 0) return { values: [], ttl: 0 }
  return { values: found.map(({ address }) => address).sort(), ttl: Math.min(...found.map(({ ttl }) => ttl)) }
}

/** An answer that there is nothing. */
const isNothing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA')

/** What a server answers, or in words why it does not. */
export async function valuesAt(
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
