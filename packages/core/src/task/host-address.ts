import { definedIn } from '../defined.ts'
import { ViridianError } from '../error.ts'
import { recordedHost } from '../remote/host-schema.ts'
import { parseUri } from '../remote/ssh-config/proxy-jump.ts'
import type { HostSpec } from '../remote/transport.ts'
import { shortened } from '../shortened.ts'

/** @throws ViridianError `E_HOST_INVALID` */
export function asHost(host: string | HostSpec): HostSpec {
  const { data, error } = recordedHost.safeParse(typeof host === 'string' ? parseHost(host) : definedIn(host))
  if (data) return data
  const [issue] = error.issues
  const where = issue?.path.map((member) => `${String(member)}: `).join('') ?? ''
  throw new ViridianError('E_HOST_INVALID', `${shownOf(host)} is no host: ${where}${issue?.message}`, {
    hint: 'a host is a name, user@name:port, or { name, address, … }',
  })
}

const shownOf = (value: unknown): string => shortened(JSON.stringify(value) ?? String(value), 80)

/** True for an address that says more than a name: it can only be meant as it stands. */
export const isAddress = (text: string): boolean => /@|^\[.*\]|[^:]:\d+$|^ssh:\/\//.test(text)

/**
 * `user@name:port`, each part but the name may be missing; an IPv6 address with a port stands in brackets. Or
 * `ssh://user@name:port`, as `ssh` takes it.
 */
export function parseHost(text: string): HostSpec {
  if (text.startsWith('ssh://')) {
    const { host: name = text, ...more } = parseUri(text) ?? {}
    return { name, ...more }
  }
  const [, user, bracketed, bare, port] =
    /^(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+|.*:.*:.*?))(?::(\d+))?$/.exec(text) ?? []
  const name = bracketed ?? bare ?? text
  return { name, ...(user !== undefined && { user }), ...(port !== undefined && { port: Number(port) }) }
}

/**
 * Hosts from names and specifications.
 *
 * @param what - who lists them: `role "web"`
 * @throws ViridianError `E_HOST_TWICE` when two have one name: outcomes are recorded under it; `E_HOST_LIST`,
 * `E_HOST_INVALID`
 */
export function hostsFrom(list: readonly (string | HostSpec)[], what: string): readonly HostSpec[] {
  // What a function gives is the user's own affair, and no compiler's.
  if (!Array.isArray(list)) {
    throw new ViridianError('E_HOST_LIST', `${what} is no list of hosts: ${shownOf(list)}`, {
      hint: "write it as ['web-1', 'deploy@web-2:22', { name, address, … }]",
    })
  }
  const hosts = list.map(asHost)
  const names = new Set<string>()
  for (const { name } of hosts) {
    if (names.has(name)) {
      throw new ViridianError('E_HOST_TWICE', `${what} has two hosts called "${name}"`, {
        hint: 'give each a name of its own: { name, address }',
      })
    }
    names.add(name)
  }
  return hosts
}
