import type { HostSpec } from '../remote/transport.ts'

export const asHost = (host: string | HostSpec): HostSpec =>
  typeof host === 'string' ? parseHost(host) : host

/** True for an address that says more than a name: it can only be meant as it stands. */
export const isAddress = (text: string): boolean => /@|^\[.*\]|[^:]:\d+$/.test(text)

/** `user@name:port`, each part but the name may be missing; an IPv6 address with a port stands in brackets. */
export function parseHost(text: string): HostSpec {
  const [, user, bracketed, bare, port] =
    /^(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+|.*:.*:.*?))(?::(\d+))?$/.exec(text) ?? []
  const name = bracketed ?? bare ?? text
  return { name, ...(user !== undefined && { user }), ...(port !== undefined && { port: Number(port) }) }
}
