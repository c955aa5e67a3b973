import { createHash } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import type { Tokens } from './template.ts'

/** What decisions and tokens go by of whoever connects. */
export interface LocalSide {
  readonly user: string
  readonly uid: number
  /** As the system's user database has it: OpenSSH does not look at HOME. */
  readonly home: string
  /** Where files for all users are. */
  readonly system: string
  readonly hostname: string
}

export function localSide(): LocalSide {
  const { username: user, uid, homedir: home } = userInfo()
  return { user, uid, home, system: '/etc/ssh', hostname: hostname() }
}

/** What is known of the other side. */
export interface RemoteSide {
  /** As it was asked for. */
  readonly original: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly keyAlias: string
}

export function tokensOf(local: LocalSide, remote: RemoteSide): Tokens {
  const { original, host, port, user, keyAlias } = remote
  return {
    // Rarely used, and dearer than all the rest.
    get C() {
      return createHash('sha1').update(`${local.hostname}${host}${port}${user}`).digest('hex')
    },
    L: local.hostname.replace(/\..*$/s, ''),
    d: local.home,
    h: host,
    i: String(local.uid),
    k: keyAlias,
    l: local.hostname,
    n: original,
    p: String(port),
    r: user,
    u: local.user,
  }
}
