import {
  type Bindings,
  balancerHealth,
  isBalancerGone,
  isBoundTo,
  type LoadBalancer,
  notInService,
} from '@viridian/aws'
import type { StepContext } from '@viridian/core'

/** Those of these members that a balancer does not send anybody to, of those that are still bound to the group. */
export async function notServing(
  c: StepContext,
  group: Bindings,
  balancers: readonly LoadBalancer[],
  ids: readonly string[],
): Promise<{ readonly ids: readonly string[]; readonly texts: readonly string[] }> {
  if (ids.length === 0) return { ids: [], texts: [] }
  const bound = balancers.filter((balancer) => isBoundTo(group, balancer))
  const health = (await Promise.all(bound.map((balancer) => healthAt(c, balancer, ids)))).flat()
  const off = new Set(health.filter(({ state }) => state !== 'InService').map(({ id }) => id))
  return { ids: [...off], texts: notInService(health) }
}

/** A group stays bound to a balancer that somebody has deleted: nobody can be sent from there any more. */
async function healthAt(c: StepContext, balancer: LoadBalancer, ids: readonly string[]) {
  try {
    return await balancerHealth(c, [balancer], ids)
  } catch (error) {
    if (isBalancerGone(error)) return []
    throw error
  }
}
