import { type AskedType, type NameServer, valuesAt } from './name-servers.ts'

/** The addresses of balancers. One has more than an answer holds: what was seen once is its own. */
export class BalancerAddresses {
  readonly #server: NameServer
  readonly #known = new Map<string, Set<string>>()

  constructor(server: NameServer) {
    this.#server = server
  }

  /** What is known by now; in words why nothing is answered. */
  async addressesOf(target: string, type: AskedType): Promise<ReadonlySet<string> | string> {
    const answer = await valuesAt(this.#server, target, type)
    if (typeof answer === 'string') return answer
    const known = new Set([...(this.#known.get(target + type) ?? []), ...answer])
    this.#known.set(target + type, known)
    return known
  }
}
