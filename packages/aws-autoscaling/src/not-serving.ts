import { awsCode, balancerHealth, balancerName, type LoadBalancer, notInService } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import type { Group } from './group.ts'

/** Those of these members that a balancer does not send anybody to, of those that are still bound to the group. */
export async function notServing(
  c: StepContext,
  { LoadBalancerNames }: Pick<Group, 'LoadBalancerNames'>,
  balancers: readonly LoadBalancer[],
  ids: readonly string[],
): Promise<{ readonly ids: readonly string[]; readonly texts: readonly string[] }> {
  if (ids.length === 0) return { ids: [], texts: [] }
  const bound = balancers.filter((balancer) => LoadBalancerNames.includes(balancerName(balancer)))
  const health = (await Promise.all(bound.map((balancer) => healthAt(c, balancer, ids)))).flat()
  const off = new Set(health.filter(({ state }) => state !== 'InService').map(({ id }) => id))
  return { ids: [...off], texts: notInService(health) }
}

/** A group stays bound to a balancer that somebody has deleted: nobody can be sent from there any more. */
async function healthAt(c: StepContext, balancer: LoadBalancer, ids: readonly string[]) {
  try {
    return await balancerHealth(c, [balancer], ids)
  } catch (error) {
    if (awsCode(error) === 'LoadBalancerNotFound') return []
    throw error
  }
}
