import type { Instance } from '@aws-sdk/client-elastic-load-balancing'
import { required } from '../constraint.ts'
import type { BalancerBook, ElbHandlers } from './balancer-book.ts'
import type { InstanceHealth } from './instance-health.ts'

/** The operations on a load balancer's instances. */
export function registrationHandlers(book: BalancerBook, health: InstanceHealth): ElbHandlers {
  return {
    async RegisterInstancesWithLoadBalancer(input) {
      const balancer = await book.register(
        input.LoadBalancerName,
        idsOf(required(input.Instances, 'instances')),
      )
      return { Instances: balancer.instances.map((InstanceId) => ({ InstanceId })) }
    },
    async DeregisterInstancesFromLoadBalancer(input) {
      book.find(input.LoadBalancerName)
      const ids = idsOf(required(input.Instances, 'instances'))
      for (const id of ids) book.findInstance(id)
      const balancer = await book.deregister(input.LoadBalancerName, ids)
      return { Instances: balancer.instances.map((InstanceId) => ({ InstanceId })) }
    },
    DescribeInstanceHealth(input) {
      const balancer = book.find(input.LoadBalancerName)
      return { InstanceStates: health.describe(balancer, idsOf(input.Instances ?? [])) }
    },
  }
}

function idsOf(instances: readonly Instance[]): string[] {
  return instances.map(({ InstanceId }) => required(InstanceId, 'instanceId'))
}
