import { randomBytes } from 'node:crypto'
import type { Compute, ComputeInstance } from '../ec2/compute.ts'

const subnets = ['a', 'b', 'c'].map((letter) => ({
  id: `subnet-${letter}`,
  vpcId: 'vpc-1',
  availabilityZone: `eu-west-1${letter}`,
}))

export interface StandInCompute extends Compute {
  set(id: string, state: ComputeInstance['state']): void
  failLaunches(fail: boolean): void
}

export function standInCompute(): StandInCompute {
  const instances = new Map<string, ComputeInstance>()
  const listeners = new Set<(instance: ComputeInstance) => void>()
  let count = 0
  const set = (id: string, state: ComputeInstance['state']): void => {
    const found = instances.get(id)
    if (found === undefined) return
    const changed = { ...found, state }
    instances.set(id, changed)
    for (const listener of listeners) listener(changed)
  }
  let failing = false
  return {
    set,
    failLaunches: (fail) => {
      failing = fail
    },
    async launch(request) {
      if (failing) throw new Error('no capacity')
      const launched = Array.from({ length: request.count }, () => {
        const subnet =
          subnets.find(({ id }) => id === request.SubnetId) ??
          subnets.find(({ availabilityZone }) => availabilityZone === request.Placement?.AvailabilityZone) ??
          subnets[0]
        const instance: ComputeInstance = {
          id: `i-${randomBytes(8).toString('hex')}`,
          state: 'pending',
          imageId: request.ImageId ?? '',
          instanceType: request.InstanceType ?? 't3.micro',
          address: `127.77.0.${++count}`,
          availabilityZone: subnet?.availabilityZone ?? '',
          subnetId: subnet?.id ?? '',
          vpcId: 'vpc-1',
          securityGroupIds: request.SecurityGroupIds ?? [],
          launchTime: new Date(),
          tags: Object.fromEntries(
            (request.TagSpecifications ?? [])
              .flatMap(({ Tags }) => Tags ?? [])
              .map(({ Key, Value }) => [Key, Value]),
          ),
        }
        instances.set(instance.id, instance)
        setTimeout(() => set(instance.id, 'running'), 5)
        return instance
      })
      return launched
    },
    terminate(ids) {
      for (const id of ids) {
        set(id, 'shutting-down')
        setTimeout(() => set(id, 'terminated'), 5)
      }
    },
    describe: (ids) =>
      ids === undefined
        ? [...instances.values()]
        : ids.flatMap((id) => {
            const found = instances.get(id)
            return found === undefined ? [] : [found]
          }),
    tag: (ids, tags) => {
      for (const id of ids) {
        const found = instances.get(id)
        if (found !== undefined) instances.set(id, { ...found, tags: { ...found.tags, ...tags } })
      }
    },
    untag: (ids, keys) => {
      for (const id of ids) {
        const found = instances.get(id)
        if (found === undefined) continue
        const tags = Object.entries(found.tags).filter(([key]) => !keys.includes(key))
        instances.set(id, { ...found, tags: Object.fromEntries(tags) })
      }
    },
    hasImage: (imageId) => imageId === 'ami-1',
    hasKeyPair: () => true,
    subnets: () => subnets,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
