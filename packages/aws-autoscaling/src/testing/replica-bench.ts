import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import type { Fleet, LoadBalancer } from '@viridian/aws'
import { beforeAll } from 'vitest'
import type { TestSteps } from '../../../aws/src/testing/test-steps.ts'
import type { Replica } from '../replica/replicate.ts'
import { type BenchOptions, fleetBench, fleets } from './fleet-bench.ts'

/** A fleet to copy, with settings that are not their defaults, and a balancer that its copy is put behind. */
export function replicaBench(options: BenchOptions = {}) {
  const bench = fleetBench(options)
  let blue: Fleet
  let balancer: LoadBalancer
  beforeAll(async () => {
    await bench.cloud.elb.createLoadBalancer({
      LoadBalancerName: 'web-green',
      AvailabilityZones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      Listeners: [{ Protocol: 'TCP', LoadBalancerPort: 80, InstancePort: 2222 }],
    })
    await bench.cloud.scaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'web',
      NewInstancesProtectedFromScaleIn: true,
      DefaultCooldown: 120,
      TerminationPolicies: ['OldestInstance', 'Default'],
    })
    await bench.cloud.scaling.putLifecycleHook({
      AutoScalingGroupName: 'web',
      LifecycleHookName: 'goodbye',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      HeartbeatTimeout: 60,
      DefaultResult: 'CONTINUE',
      NotificationMetadata: 'drain',
    })
    await bench.cloud.scaling.suspendProcesses({
      AutoScalingGroupName: 'web',
      ScalingProcesses: ['AZRebalance', 'ScheduledActions', 'HealthCheck'],
    })
    blue = await bench.described()
    const [original] = blue.loadBalancers
    if (original?.kind !== 'classic') throw new Error('web is behind no classic balancer')
    balancer = { ...original, name: 'web-green' }
  })
  return {
    bench,
    get blue(): Fleet {
      return blue
    },
    get balancer(): LoadBalancer {
      return balancer
    },
    replicated: (t: TestSteps, fleet = blue): Promise<Replica> =>
      fleets.replicate(t, fleet, { balancers: [balancer], names: { web: 'web-green' } }),
  }
}

export const suspendedIn = (group: AutoScalingGroup | undefined): string[] =>
  (group?.SuspendedProcesses ?? []).map(({ ProcessName = '' }) => ProcessName).sort()

export const told = (reports: readonly unknown[]): unknown[] =>
  reports.filter((report) => report !== undefined)
