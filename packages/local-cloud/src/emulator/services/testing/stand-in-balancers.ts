import type { BalancerSpec, Balancers, TargetHealth } from '../../hardware.ts'

export interface StandInBalancers extends Balancers {
  readonly sick: Set<string>
  spec(name: string): BalancerSpec | undefined
}

export function standInBalancers(drainMilliseconds = 30): StandInBalancers {
  const specs = new Map<string, BalancerSpec>()
  const targets = new Map<string, Map<string, 'registering' | 'healthy' | 'draining'>>()
  const sick = new Set<string>()
  let count = 0
  const of = (name: string) => {
    const found = targets.get(name)
    if (found === undefined) throw new Error(`no balancer ${name}`)
    return found
  }
  return {
    sick,
    spec: (name) => specs.get(name),
    async open(spec, address) {
      specs.set(spec.name, spec)
      targets.set(spec.name, new Map())
      return { address: address ?? `127.88.0.${++count}` }
    },
    async configure(spec) {
      specs.set(spec.name, spec)
    },
    async register(name, added) {
      for (const { id } of added) {
        of(name).set(id, 'registering')
        setTimeout(() => {
          if (targets.get(name)?.get(id) === 'registering') of(name).set(id, 'healthy')
        }, 10)
      }
    },
    async deregister(name, ids) {
      for (const id of ids) {
        if (specs.get(name)?.draining === undefined) of(name).delete(id)
        else {
          of(name).set(id, 'draining')
          setTimeout(() => {
            if (targets.get(name)?.get(id) === 'draining') of(name).delete(id)
          }, drainMilliseconds)
        }
      }
    },
    health: (name) =>
      [...of(name)].map(([id, state]): TargetHealth => {
        if (state === 'healthy' && sick.has(id)) {
          return {
            id,
            state: 'unhealthy',
            description:
              'Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
          }
        }
        return { id, state, description: 'N/A' }
      }),
    counts: () => ({ requests: 0, byClass: {}, balancerErrors: 0 }),
    async close(name) {
      specs.delete(name)
      targets.delete(name)
    },
  }
}
