import { ViridianError } from '@viridian/core'
import { balancerTitle, type ClassicLoadBalancer, type LoadBalancer } from './load-balancer.ts'

/** What does work behind other balancers. */
export const classicOnlyHint =
  'only classic load balancers are copied and switched; behind others deploy:bluegreen of the template instance-swap replaces the instances'

/**
 * The balancer, if it is a classic one: for what has no meaning for a target group, which has no name, no listener and
 * no copy of its own.
 *
 * @throws ViridianError `E_BALANCER_UNSUPPORTED`
 *
 * @example
 * ```ts
 * const { dnsName, zoneId } = classicOnly(front)
 * ```
 */
export function classicOnly(balancer: LoadBalancer): ClassicLoadBalancer {
  if (balancer.kind === 'classic') return balancer
  throw new ViridianError(
    'E_BALANCER_UNSUPPORTED',
    `${balancerTitle(balancer)} belongs to an Application or Network Load Balancer`,
    { hint: classicOnlyHint, refused: true },
  )
}
