import { balancerKey, type LoadBalancer, type LoadBalancerV2, type TargetGroup } from '@viridian/aws'
import { type Steps, ViridianError } from '@viridian/core'
import { copyClassic } from './classic/replicate-classic.ts'
import { planFronts } from './v2/front-plan.ts'
import { copyFront, copyTargetGroup } from './v2/replicate-front.ts'

/** Copies of load balancers. */
export interface BalancerReplica {
  /** In the order of their originals. */
  readonly balancers: LoadBalancer[]
  /**
   * What stands for what: of a classic load balancer by its name its copy's, of a target group, and of an Application or
   * Network Load Balancer, by its ARN its copy's. `balancers` of `Counterparts`.
   */
  readonly names: Record<string, string>
}

/** Copies load balancers: see `Elb.replicate`. */
export async function replicate(t: Steps, originals: readonly LoadBalancer[]): Promise<BalancerReplica> {
  if (originals.length === 0)
    throw new ViridianError('E_BALANCER_NONE', 'there is no load balancer to copy', {
      hint: 'users reach a replica through a copy of its balancer: attach one to the group first',
    })
  const plans = await planFronts(t, originals)
  const copied: [original: LoadBalancer, copy: LoadBalancer][] = []
  for (const original of originals) copied.push([original, await copyBalancer(t, original)])
  const groups = Object.fromEntries(
    copied.map(([original, copy]) => [balancerKey(original), balancerKey(copy)]),
  )
  const fronts = new Map<string, LoadBalancerV2>()
  for (const { balancer, plan } of plans) fronts.set(balancer.arn, await copyFront(t, balancer, plan, groups))
  return {
    balancers: copied.map(([original, copy]) => ({ ...copy, ...usersOf(original, fronts) })),
    names: { ...groups, ...Object.fromEntries([...fronts].map(([original, { arn }]) => [original, arn])) },
  }
}

const copyBalancer = (t: Steps, original: LoadBalancer): Promise<LoadBalancer> =>
  original.kind === 'classic' ? copyClassic(t, original) : copyTargetGroup(t, original)

/** A target group's copy is used by the copies of those that use the original. */
const usersOf = (
  original: LoadBalancer,
  fronts: ReadonlyMap<string, LoadBalancerV2>,
): Partial<Pick<TargetGroup, 'balancers'>> =>
  original.kind === 'classic'
    ? {}
    : { balancers: original.balancers.flatMap(({ arn }) => fronts.get(arn) ?? []) }
