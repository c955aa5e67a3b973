import type { Target } from './target.ts'

/** Connections to the hosts on the way to others: one for all hosts behind it, and a lost one is made anew. */
export class JumpHosts<Connection extends { readonly open: boolean }> {
  readonly #connections = new Map<string, Promise<Connection>>()
  readonly #connect: (target: Target, signal: AbortSignal) => Promise<Connection>

  constructor(connect: (target: Target, signal: AbortSignal) => Promise<Connection>) {
    this.#connect = connect
  }

  async get(target: Target, signal: AbortSignal): Promise<Connection> {
    const name = keyOf(target)
    const present = this.#connections.get(name)
    if (present !== undefined && (await present).open) return present
    const other = this.#connections.get(name)
    // Another host behind it may have connected again meanwhile.
    if (other !== undefined && other !== present) return other
    const connecting = this.#connect(target, signal)
    this.#connections.set(name, connecting)
    connecting.catch(() => this.#connections.delete(name))
    return connecting
  }
}

/** The name of an sshd: hosts of one address behind different jump hosts are different machines. */
export function sshdOf({ address, port, via }: Target): string {
  return `${address}:${port}${via ? ` by ${sshdOf(via)}` : ''}`
}

function keyOf({ user, via, ...target }: Target): string {
  return `${user}@${sshdOf({ user, via: undefined, ...target })}${via ? ` by ${keyOf(via)}` : ''}`
}
