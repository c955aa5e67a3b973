import type { InstanceState } from '@aws-sdk/client-elastic-load-balancing'
import type { Balancers } from '../../hardware/balancers.ts'
import type { TargetHealth } from '../../hardware/target-groups.ts'
import { AwsError } from '../../service.ts'
import type { Compute, ComputeInstance } from '../ec2/compute.ts'
import type { LoadBalancer } from './load-balancer.ts'

/** How each instance stands with a load balancer, in AWS's words. */
export class InstanceHealth {
  readonly #balancers: Balancers
  readonly #compute: Compute

  constructor(balancers: Balancers, compute: Compute) {
    this.#balancers = balancers
    this.#compute = compute
  }

  /**
   * The states of the instances named, registered or not, or of all that are registered. Terminated instances
   * are left out.
   *
   * @throws AwsError `InvalidInstance` for an id that EC2 does not know.
   */
  describe(balancer: LoadBalancer, named: readonly string[] = []): InstanceState[] {
    const ids = named.length > 0 ? named : balancer.instances
    const health = new Map(this.#balancers.groups.health(balancer.name).map((target) => [target.id, target]))
    return ids.flatMap((id) => {
      const instance = this.#compute.describe([id])[0]
      if (instance === undefined) {
        throw new AwsError('InvalidInstance', `Could not find EC2 instance ${id}.`)
      }
      if (instance.state === 'terminated') return []
      return [{ InstanceId: id, ...stateOf(balancer, instance, health.get(id)) }]
    })
  }
}

function stateOf(
  balancer: LoadBalancer,
  instance: ComputeInstance,
  target: TargetHealth | undefined,
): Omit<InstanceState, 'InstanceId'> {
  if (!balancer.instances.includes(instance.id)) {
    return target?.state === 'draining'
      ? {
          State: 'InService',
          ReasonCode: 'N/A',
          Description: 'Instance deregistration currently in progress.',
        }
      : outOfService('Instance', 'Instance is not currently registered with the LoadBalancer.')
  }
  if (!balancer.zones.includes(instance.availabilityZone)) {
    return outOfService(
      'ELB',
      'Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.',
    )
  }
  if (instance.state === 'stopped' || instance.state === 'stopping') {
    return outOfService('Instance', 'Instance is in stopped state.')
  }
  switch (target?.state) {
    case 'healthy':
      return { State: 'InService', ReasonCode: 'N/A', Description: 'N/A' }
    case 'unhealthy':
      return outOfService('Instance', target.description)
    default:
      return outOfService('ELB', 'Instance registration is still in progress.')
  }
}

function outOfService(reason: 'ELB' | 'Instance', description: string): Omit<InstanceState, 'InstanceId'> {
  return { State: 'OutOfService', ReasonCode: reason, Description: description }
}
