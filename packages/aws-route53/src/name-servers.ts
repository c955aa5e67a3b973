import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type StepContext, ViridianError } from '@viridian/core'
import { plainName } from './domain-name.ts'

/** Name servers for everything, in place of a zone's own: `10.0.0.2:53,10.0.0.3`. */
const variable = 'VIRIDIAN_NAME_SERVERS'

/** What a name server answers about a name. */
export interface Answer {
  readonly addresses: readonly string[]
  /** The shortest that an answer may be kept, in seconds; 0 where there is none. */
  readonly ttl: number
}

/** One server that is asked. */
export interface NameServer {
  /** As it was named. */
  readonly name: string
  /** @throws Error when it does not answer */
  ask(name: string, type: 'A' | 'AAAA'): Promise<Answer>
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
  const listed = (process.env[variable] ?? '').split(',').map((text) => text.trim())
  const forced = listed.some(Boolean) ? listed.filter(Boolean) : given
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

async function serverAt(text: string): Promise<NameServer> {
  const { host, port } = placeOf(text)
  const address = isIP(host) === 0 ? await addressOf(host) : host
  return serverOf(text, isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`)
}

/** Reads `host`, `host:port`, `2001:db8::1` or `[2001:db8::1]:port`. */
export function placeOf(text: string): { host: string; port: number } {
  const usual = 53
  if (isIP(text) !== 0) return { host: text, port: usual }
  const [, host = text, port] = /^\[?(.+?)\]?(?::(\d+))?$/.exec(text) ?? []
  return { host, port: Number(port ?? usual) }
}

async function addressOf(host: string): Promise<string> {
  const [address] = await new Resolver().resolve4(host).catch((error: unknown) => {
    throw new ViridianError('E_NAME_SERVERS', `the name server ${host} is not found`, {
      hint: 'check the name, and that this machine can look names up',
      cause: error,
    })
  })
  return address ?? host
}

function serverOf(name: string, address?: string): NameServer {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  if (address !== undefined) resolver.setServers([address])
  return {
    name,
    ask: async (asked, type) => {
      try {
        const plain = plainName(asked)
        const found = await (type === 'A'
          ? resolver.resolve4(plain, { ttl: true })
          : resolver.resolve6(plain, { ttl: true }))
        const addresses = found.map(({ address: each }) => each).sort()
        return { addresses, ttl: Math.min(...found.map(({ ttl }) => ttl)) }
      } catch (error) {
        if (isNothing(error)) return { addresses: [], ttl: 0 }
        throw error
      }
    },
  }
}

/** An answer that there is nothing. */
const isNothing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA')
