import type { InstanceRef, LoadBalancer } from '@viridian/aws'
import type { Plugin, Steps } from '@viridian/core'
import { describeBalancers } from './describe-balancers.ts'
import { seeDrained } from './drained.ts'
import { seeInService, testInService } from './in-service.ts'
import { deregisterInstances, registerInstances } from './membership.ts'

/** The moves of load balancers, for tasks. */
export interface Elb extends Plugin {
  /** Reads classic load balancers by name. */
  describe(t: Steps, names: readonly string[]): Promise<LoadBalancer[]>
  /**
   * Registers those of the instances that are not registered yet: behind balancers that are bound to their group the
   * group has done it. Undone by taking out those that were not registered before, drained.
   *
   * @example
   * ```ts
   * const internal = await traffic.describe(t, ['web-internal'])
   * await traffic.register(t, internal, green)
   * ```
   */
  register(t: Steps, balancers: readonly LoadBalancer[], instances: readonly InstanceRef[]): Promise<void>
  /** Takes instances out of such balancers, and waits until they are drained. Undone by registering them again. */
  deregister(t: Steps, balancers: readonly LoadBalancer[], instances: readonly InstanceRef[]): Promise<void>
  /**
   * Waits until exactly these instances are in service at each balancer, as long as the balancers' own health checks may
   * take. `elasticloadbalancing:DescribeInstanceHealth`.
   *
   * @throws ViridianError `E_NOT_IN_SERVICE` in the balancers' own words
   *
   * @example
   * ```ts
   * await traffic.inService(t, blue.loadBalancers, green)
   * ```
   */
  inService(t: Steps, balancers: readonly LoadBalancer[], instances: readonly InstanceRef[]): Promise<void>
  /**
   * Tests that exactly these instances are in service now: a guard while blue is kept.
   *
   * @throws ViridianError `E_NOT_IN_SERVICE`
   */
  healthy(t: Steps, balancers: readonly LoadBalancer[], instances: readonly InstanceRef[]): Promise<void>
}

/**
 * The plugin for Elastic Load Balancing: classic load balancers.
 *
 * @example
 * ```ts
 * const traffic = elb()
 * ```
 */
export const elb = (): Elb => ({
  name: 'aws-elb',
  module: '@viridian/aws-elb',
  settings: {},
  steps: [describeBalancers, registerInstances, deregisterInstances, seeDrained, seeInService, testInService],
  describe: async (t, names) => (names.length === 0 ? [] : t.step(describeBalancers, { names: [...names] })),
  register: async (t, balancers, instances) => {
    const ids = idsOf(instances)
    for (const balancer of balancers) await t.step(registerInstances, { balancer, ids })
  },
  deregister: async (t, balancers, instances) => {
    const ids = idsOf(instances)
    for (const balancer of balancers) await t.step(deregisterInstances, { balancer, ids })
    for (const balancer of balancers) await t.step(seeDrained, { balancer, ids })
  },
  inService: async (t, balancers, instances) => {
    if (balancers.length > 0) await t.step(seeInService, { balancers: [...balancers], ids: idsOf(instances) })
  },
  healthy: async (t, balancers, instances) => {
    if (balancers.length > 0)
      await t.step(testInService, { balancers: [...balancers], ids: idsOf(instances) })
  },
})

const idsOf = (instances: readonly InstanceRef[]): string[] => instances.map(({ id }) => id)
