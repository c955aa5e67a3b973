import { balancerKey, type Front, type LoadBalancer } from './load-balancer.ts'

/**
 * Where users come in to what is behind these balancers: a classic load balancer itself, and of target groups the load
 * balancers that use them, each once, with those of the target groups that it uses.
 *
 * @example
 * ```ts
 * frontsOf(blue.loadBalancers).map(({ dnsName }) => dnsName) // ['web-1234.eu-west-1.elb.amazonaws.com']
 * ```
 */
export function frontsOf(balancers: readonly LoadBalancer[]): Front[] {
  const fronts = new Map<string, Front>()
  for (const balancer of balancers) {
    if (balancer.kind === 'classic') fronts.set(balancerKey(balancer), balancer)
    else
      for (const user of balancer.balancers) {
        const targetGroups = balancers.filter((each) => each.kind === 'targetGroup')
        const used = targetGroups.filter((each) => each.balancers.some(({ arn }) => arn === user.arn))
        fronts.set(user.arn, { ...user, targetGroups: used })
      }
  }
  return [...fronts.values()]
}

/**
 * What spreads the requests that come in at a front; a balancer of its own is just that.
 *
 * @example
 * ```ts
 * for (const each of frontsOf(blue.loadBalancers)) await balancerHealth(c, balancersOf(each), ids)
 * ```
 */
export const balancersOf = (front: Front | LoadBalancer): LoadBalancer[] =>
  front.kind === 'classic' || front.kind === 'targetGroup' ? [front] : [...front.targetGroups]
