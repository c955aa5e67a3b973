import type { Clock } from '../clock.ts'
import type { BalancerSpec, Balancers, RuledBalancerSpec } from '../hardware/balancers.ts'
import { LoopbackRange, noAlias, prefixes } from '../machines/loopback.ts'
import { Balancer } from './balancer.ts'
import { application, classic, type Manner, network } from './manner.ts'
import { ruled } from './routing.ts'
import { OpenTargetGroups } from './target-groups.ts'

/** Balancers, and the end of them all. */
export interface OpenBalancers extends Balancers {
  closeAll(): Promise<void>
}

/**
 * Opens the cloud's load balancers; there is none yet.
 *
 * @param isUp whether a target's machine runs. Default: it does
 * @param seed any text: clouds with different texts seldom meet at one address. Default: the working directory.
 */
export function openBalancers({
  clock,
  seed = process.cwd(),
  isUp = () => true,
}: {
  clock: Clock
  seed?: string
  isUp?: (id: string) => boolean
}): OpenBalancers {
  const balancers = new Map<string, Balancer>()
  const addresses = new LoopbackRange(prefixes.balancers, seed)
  const find = (name: string): Balancer => {
    const balancer = balancers.get(name)
    if (!balancer) throw new Error(`There is no balancer ${name}`)
    return balancer
  }
  const groups = new OpenTargetGroups(clock)
  const mannerOf = (spec: BalancerSpec | RuledBalancerSpec): Manner =>
    isClassic(spec) ? classic : spec.kind === 'application' ? application : network
  return {
    groups,
    async open(spec, address) {
      if (balancers.has(spec.name)) throw new Error(`There is a balancer ${spec.name} already`)
      const parts = { clock, isUp, manner: mannerOf(spec), groupOf: (name: string) => groups.find(name) }
      const openAt = async (candidate: string): Promise<Balancer> => {
        const balancer = new Balancer(isClassic(spec) ? ruled(spec) : spec, candidate, parts)
        await balancer.open()
        return balancer
      }
      if (isClassic(spec)) groups.open(spec)
      try {
        const balancer = address
          ? await openAt(address).catch((error: unknown) => refuse(spec.name, address, error))
          : (await addresses.claim(openAt)).held
        balancers.set(spec.name, balancer)
        return { address: balancer.address, ports: balancer.ports }
      } catch (error) {
        if (isClassic(spec)) groups.close(spec.name)
        throw error
      }
    },
    async configure(spec) {
      await find(spec.name).configure(isClassic(spec) ? ruled(spec) : spec)
      if (isClassic(spec)) groups.configure(spec)
    },
    counts: (name, group) => find(name).counts(group),
    connections: (name) => find(name).connections,
    async close(name) {
      const balancer = find(name)
      balancers.delete(name)
      groups.close(name)
      await balancer.close()
    },
    async closeAll() {
      const all = [...balancers.values()]
      balancers.clear()
      groups.closeAll()
      await Promise.all(all.map((balancer) => balancer.close()))
    },
  }
}

/** Whether a balancer has targets of its own: they are what is checked. */
function isClassic(spec: BalancerSpec | RuledBalancerSpec): spec is BalancerSpec {
  return 'healthCheck' in spec
}

function refuse(name: string, address: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRNOTAVAIL') throw noAlias(address, error)
  if (code !== 'EADDRINUSE') throw error
  throw new Error(
    `Balancer ${name} cannot be brought back: something has taken its address ${address}. ` +
      'End the other cloud, or delete the balancer.',
    { cause: error },
  )
}
