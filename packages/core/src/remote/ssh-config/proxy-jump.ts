import { ViridianError } from '../../error.ts'
import type { Place } from './line.ts'

/** A host on the way to another. What is missing is as ssh_config says for it. */
export interface JumpHost {
  readonly host: string
  readonly user?: string
  readonly port?: number
}

/**
 * Reads hosts to go through as ProxyJump has them: `[user@]host[:port]` or `ssh://[user@]host[:port]`, the first one
 * first, with commas between; `none`: none.
 *
 * @throws ViridianError `E_SSH_CONFIG`
 */
export function parseProxyJump(text: string, place?: Place): JumpHost[] {
  const list = text.trim()
  if (list.toLowerCase() === 'none') return []
  return list.split(',').map((hop) => {
    const host = hop.startsWith('ssh://') ? parseUri(hop) : read(hop, plain)
    if (host) return host
    throw new ViridianError('E_SSH_CONFIG', `"${hop}" is no host to go through`, {
      hint: 'write hosts as [user@]host[:port], with commas between them, or none',
      ...(place !== undefined && { place }),
    })
  })
}

/** Reads `ssh://[user@]host[:port]`; undefined: it is none. */
export function parseUri(text: string): JumpHost | undefined {
  const host = read(text, uri)
  return host?.user === undefined ? host : { ...host, user: decoded(host.user) }
}

function read(text: string, pattern: RegExp): JumpHost | undefined {
  const [, user, bracketed, bare, port] = pattern.exec(text) ?? []
  const host = bracketed ?? bare
  const number = port === undefined || port === '' ? undefined : Number(port)
  if (host === undefined || host === '' || (number !== undefined && !(number > 0 && number < 65_536)))
    return undefined
  return { host, ...(user !== undefined && { user }), ...(number !== undefined && { port: number }) }
}

const plain = /^(?:(.+)@)?(?:\[([^\]]*)\]|([^:/@[\]]+))(?::(\d*))?$/
const uri =
  /^ssh:\/\/(?:((?:[^@;%]|%[\dA-Fa-f]{2})+)(?:;[^@]*)?@)?(?:\[([^\]]*)\]|([A-Za-z0-9][\w.-]*))(?::(\d*))?\/?$/

function decoded(text: string): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replaceAll(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
