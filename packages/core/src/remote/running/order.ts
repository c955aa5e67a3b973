import { inOneLine, shortened } from '../../shortened.ts'
import type { Input, Pty } from '../transport.ts'

/** A command, ready to be sent. */
export interface Order {
  /** None: where `tasks` runs. */
  readonly host?: string
  /** The whole command line. */
  readonly wire: string
  /** The same for a login's shell that is known to watch over its commands itself; undefined: not this command. */
  readonly wireByLogin?: () => string | undefined
  /** What people see of it, secrets masked. */
  readonly shown: string
  readonly input?: Input
  readonly pty?: Pty
  /** Set where it goes by sudo: to whom, and its command line behind a password. */
  readonly sudo?: { readonly user: string; readonly wire: () => string }
  /** Takes the output's bytes, in place of its tail. */
  readonly onBytes?: (chunk: Buffer) => Promise<void> | void
}

/** A command as errors begin with it: in one line, since a message's first line is its reason. */
export function nameOf({ host, shown }: Pick<Order, 'host' | 'shown'>): string {
  const name = `"${shortened(inOneLine(shown), 200)}"`
  return host === undefined ? name : `${host}: ${name}`
}
