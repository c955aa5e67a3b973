import type { Clock } from '../clock.ts'
import type { Balancers } from '../hardware.ts'
import { LoopbackRange, noAlias, prefixes } from '../machines/loopback.ts'
import { Balancer } from './balancer.ts'

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
  return {
    async open(spec, address) {
      if (balancers.has(spec.name)) throw new Error(`There is a balancer ${spec.name} already`)
      const openAt = async (candidate: string): Promise<Balancer> => {
        const balancer = new Balancer(spec, candidate, clock, isUp)
        await balancer.open()
        return balancer
      }
      const balancer = address
        ? await openAt(address).catch((error: unknown) => refuse(spec.name, address, error))
        : (await addresses.claim(openAt)).held
      balancers.set(spec.name, balancer)
      return { address: balancer.address, ports: balancer.ports }
    },
    async configure(spec) {
      await find(spec.name).configure(spec)
    },
    async register(name, targets) {
      find(name).register(targets)
    },
    async deregister(name, ids) {
      find(name).deregister(ids)
    },
    health: (name) => find(name).health,
    counts: (name) => find(name).counts,
    async close(name) {
      const balancer = find(name)
      balancers.delete(name)
      await balancer.close()
    },
    async closeAll() {
      const all = [...balancers.values()]
      balancers.clear()
      await Promise.all(all.map((balancer) => balancer.close()))
    },
  }
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
