import { balancerTitle, type Front, frontsOf, type LoadBalancer } from '@viridian/aws'
import { ViridianError } from '@viridian/core'

/**
 * Where users come in to balancers.
 *
 * @throws ViridianError `E_BALANCER_UNUSED` for a target group that no load balancer uses: nobody comes in there
 */
export function usedFronts(balancers: readonly LoadBalancer[]): Front[] {
  for (const balancer of balancers)
    if (balancer.kind === 'targetGroup' && balancer.balancers.length === 0)
      throw new ViridianError('E_BALANCER_UNUSED', `no load balancer uses ${balancerTitle(balancer)}`, {
        hint: 'users come in through a load balancer: let a listener forward to it (aws elbv2 create-listener), or detach it from the group',
        place: { call: 'elasticloadbalancing:DescribeTargetGroups' },
        refused: true,
      })
  return frontsOf(balancers)
}
