import { createHash } from 'node:crypto'
import { homedir, hostname, userInfo } from 'node:os'
import type { Tokens } from './template.ts'

/** What decisions and tokens go by of whoever connects. */
export interface LocalSide {
  readonly user: string
  readonly uid: number
  /** As the system's user database has it: OpenSSH does not look at HOME. */
  readonly home: string
  /** Where an Include's `~` leads to: glob(3), which ssh leaves it to, does look at HOME. */
  readonly includeHome: string
  /** Where files for all users are. */
  readonly system: string
  readonly hostname: string
}

export function localSide(): LocalSide {
  const own = account()
  return { ...own, includeHome: process.env.HOME || own.home, system: '/etc/ssh', hostname: hostname() }
}

/** Containers run as users whom the database does not know; OpenSSH does not work there. */
function account(): Pick<LocalSide, 'user' | 'uid' | 'home'> {
  try {
    const { username: user, uid, homedir: home } = userInfo()
    return { user, uid, home }
  } catch {
    const uid = process.getuid?.() ?? -1
    return { user: process.env.USER ?? String(uid), uid, home: homedir() }
  }
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
