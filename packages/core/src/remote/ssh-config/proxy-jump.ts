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
    const read = hop.startsWith('ssh://') ? uri : plain
    const [, user, bracketed, bare, port] = read.exec(hop) ?? []
    const host = bracketed ?? bare
    const number = port === undefined || port === '' ? undefined : Number(port)
    if (host === undefined || host === '' || (number !== undefined && !(number > 0 && number < 65_536)))
      throw new ViridianError('E_SSH_CONFIG', `"${hop}" is no host to go through`, {
        hint: 'write hosts as [user@]host[:port], with commas between them, or none',
        ...(place !== undefined && { place }),
      })
    return {
      host,
      ...(user !== undefined && { user: read === uri ? decodeURIComponent(user) : user }),
      ...(number !== undefined && { port: number }),
    }
  })
}

const plain = /^(?:(.+)@)?(?:\[([^\]]*)\]|([^:/@[\]]+))(?::(\d*))?$/
const uri = /^ssh:\/\/(?:([^@;]+)(?:;[^@]*)?@)?(?:\[([^\]]*)\]|([A-Za-z0-9][\w.-]*))(?::(\d*))?\/?$/
