import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { ViridianError } from '@viridian/core'

export interface Resolution {
  /** @default 4 */
  readonly family?: 4 | 6
  /**
   * Name servers to ask, `host[:port]` each; none: the system's resolver.
   *
   * @default those of the environment variable VIRIDIAN_NAME_SERVERS, separated by commas
   */
  readonly servers?: readonly string[]
}

/**
 * The addresses that a name leads to; none while there are none.
 *
 * @throws ViridianError `E_RESOLVE_FAILED` when the resolver itself fails; `E_NAME_SERVERS` for a server that is none
 *
 * @example
 * ```ts
 * await addressesOf('www.example.com', { servers: ['ns-1.awsdns-01.org', '127.0.0.1:5353'] })
 * ```
 */
export async function addressesOf(name: string, resolution: Resolution = {}): Promise<string[]> {
  const { family = 4, servers = serversOfEnvironment() } = resolution
  try {
    if (servers.length === 0) return (await lookup(name, { all: true, family })).map(({ address }) => address)
    const resolver = await resolverAt(servers)
    return await (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name))
  } catch (error) {
    if (error instanceof ViridianError) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOTFOUND' || code === 'ENODATA') return []
    throw new ViridianError('E_RESOLVE_FAILED', `${name} cannot be looked up (${code})`, {
      hint:
        servers.length > 0
          ? `see that ${servers.join(', ')} can be reached`
          : 'check the name servers of this machine',
      cause: error,
    })
  }
}

/**
 * The name servers to ask for everything, as the environment variable `VIRIDIAN_NAME_SERVERS` lists them.
 *
 * @example
 * ```ts
 * process.env.VIRIDIAN_NAME_SERVERS = '127.0.0.1:5353, 10.0.0.2'
 * serversOfEnvironment() // ['127.0.0.1:5353', '10.0.0.2']
 * ```
 */
export const serversOfEnvironment = (): string[] =>
  (process.env.VIRIDIAN_NAME_SERVERS ?? '')
    .split(',')
    .map((server) => server.trim())
    .filter((server) => server !== '')

async function resolverAt(servers: readonly string[]): Promise<Resolver> {
  const resolver = new Resolver({ timeout: 2_000, tries: 3 })
  resolver.setServers(await Promise.all(servers.map(serverAddress)))
  return resolver
}

/**
 * A name server as a resolver takes it, by address: of `host`, `host:port`, `2001:db8::1` or `[2001:db8::1]:port`.
 *
 * @throws ViridianError `E_NAME_SERVERS`
 *
 * @example
 * ```ts
 * await serverAddress('127.0.0.1:5353') // '127.0.0.1:5353'
 * await serverAddress('2001:db8::1') // '2001:db8::1'
 * ```
 */
export async function serverAddress(server: string): Promise<string> {
  if (isIP(server) !== 0) return server
  const [, bracketed, plain = '', port = '53'] = /^(?:\[(.+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(server) ?? []
  const host = bracketed ?? plain
  const found = isIP(host) === 0 ? await lookup(host).catch(() => undefined) : { address: host }
  if (!found)
    throw new ViridianError('E_NAME_SERVERS', `"${server}" is no name server`, {
      hint: 'name it by host[:port], in VIRIDIAN_NAME_SERVERS if that is where it comes from',
    })
  return isIP(found.address) === 6 ? `[${found.address}]:${port}` : `${found.address}:${port}`
}
