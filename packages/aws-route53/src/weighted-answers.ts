import type { BalancerAddresses } from './balancer-addresses.ts'
import { aliasName, balancerDnsName } from './domain-name.ts'
import { type NameServer, type NameServers, valuesAt } from './name-servers.ts'
import { type RecordSet, targetName } from './record-set.ts'

/** How often a server is asked in one look about a name for which several record sets answer. */
export const questions = 16

interface Asked {
  readonly name: string
  /** The DNS name that the one record set led to before. */
  readonly before: string | undefined
  /** Whether some of the answers are to lead where the set leads. */
  readonly isExpected: boolean
  readonly servers: NameServers
  readonly targets: BalancerAddresses
}

/** The answers about a name for which several record sets answer, of which one has been pointed elsewhere. */
export class WeightedAnswers {
  readonly #asked: Asked
  /** The servers that have led where the set leads, by type. */
  readonly #seen = new Set<string>()

  constructor(asked: Asked) {
    this.#asked = asked
  }

  /** The servers that still lead where the set led before, and those that have not led where it leads, in words. */
  async offOf(set: RecordSet): Promise<string[]> {
    const { before, isExpected, servers } = this.#asked
    const own = await this.#leadsTo(targetName(set), set)
    const old = before === undefined ? new Set<string>() : await this.#leadsTo(before, set)
    if (typeof own === 'string') return [own]
    if (typeof old === 'string') return [old]
    const off = await Promise.all(
      servers.ofZone.map(async (server) => {
        const values = await this.#valuesAt(server, set)
        if (typeof values === 'string') return values
        const stale = [...values].filter((value) => old.has(value))
        if (stale.length > 0) return `${server.name} still answers ${stale.join(', ')}`
        const key = `${set.Type} at ${server.name}`
        if ([...values].some((value) => own.has(value))) this.#seen.add(key)
        const isSeen = this.#seen.has(key) || own.size === 0 || !isExpected
        return isSeen ? [] : `${server.name} has not answered ${[...own].join(', ')} yet`
      }),
    )
    return off.flat()
  }

  /** What is answered of a balancer; in words why nothing is. */
  async #leadsTo(dnsName: string, { Type }: RecordSet): Promise<ReadonlySet<string> | string> {
    if (Type === 'CNAME') return new Set([balancerDnsName(dnsName)])
    return this.#asked.targets.addressesOf(aliasName(dnsName, Type === 'AAAA'), Type)
  }

  /** All that a server answers to many questions; in words why it does not. */
  async #valuesAt(server: NameServer, { Type }: RecordSet): Promise<ReadonlySet<string> | string> {
    const { name } = this.#asked
    const answers = await Promise.all(Array.from({ length: questions }, () => valuesAt(server, name, Type)))
    const silent = answers.find((answer) => typeof answer === 'string')
    if (typeof silent === 'string') return silent
    const values = answers.flat()
    return new Set(Type === 'CNAME' ? values.map(balancerDnsName) : values)
  }
}
