import {
  accountChecks,
  balancerThing,
  type Fleet,
  type Front,
  type InstanceRef,
  type LoadBalancer,
} from '@viridian/aws'
import type { Plugin, Steps } from '@viridian/core'
import { readRemovable } from './balancer-uses.ts'
import { compareBalancers } from './classic/compare-balancers.ts'
import { configureHealthCheck, modifyAttributes } from './classic/configure-copy.ts'
import {
  createPolicy,
  readPolicyPlan,
  setBackendPolicies,
  setListenerPolicies,
} from './classic/copy-policies.ts'
import { createBalancer } from './classic/create-balancer.ts'
import { compare } from './compare.ts'
import { describeBalancers } from './describe-balancers.ts'
import { seeDrained } from './drained.ts'
import { findBalancer } from './find-balancer.ts'
import { readAskable } from './http-listener.ts'
import { seeInService, testInService } from './in-service.ts'
import { findMadeBalancers, leftBalancers } from './left-balancers.ts'
import { findMadeTargetGroups, leftTargetGroups } from './left-target-groups.ts'
import { deregisterInstances, registerInstances } from './membership.ts'
import { goingWith, removeBalancer, takeAway } from './remove-balancer.ts'
import { type BalancerReplica, replicate } from './replicate.ts'
import { type SmokeOptions, smokeTest } from './smoke.ts'
import { usedFronts } from './used-fronts.ts'
import { seeActive } from './v2/active.ts'
import { reserveCapacity } from './v2/capacity.ts'
import { compareFronts } from './v2/compare-fronts.ts'
import { copyAttributes } from './v2/copy-attributes.ts'
import { addCertificate, createListener, createRule } from './v2/copy-listeners.ts'
import { createLoadBalancer } from './v2/create-load-balancer.ts'
import { createTargetGroup } from './v2/create-target-group.ts'
import { setDeletionProtection } from './v2/deletion-protection.ts'
import { planFronts, readFrontPlan } from './v2/front-plan.ts'
import { trustPrivateLink } from './v2/private-link.ts'
import { associateWebAcl } from './v2/web-acl.ts'

/** Whose use of a balancer does not count. */
export interface RemovableOptions {
  /** Fleets whose groups don't count: they are to be removed before. */
  readonly without?: readonly Pick<Fleet, 'name'>[]
}

/** Who has served behind a balancer so far. */
export interface RegisterOptions {
  /**
   * The fleet whose place they take there. When it is taken back, and some of it is lost, others that its group has by then
   * are registered for those before these are taken out.
   */
  readonly replacing?: Pick<Fleet, 'name' | 'instances'>
}

/** Which of the named balancers are not wanted. */
export interface DescribeOptions {
  /** Balancers that are left out: those that a group is bound to, and sees to itself. */
  readonly without?: readonly LoadBalancer[]
}

/** The moves of load balancers, for tasks. */
export interface Elb extends Plugin {
  /**
   * Reads classic load balancers and target groups, by name or by ARN. Of an Application or Network Load Balancer it is the
   * target group that is named.
   *
   * @throws ViridianError `E_BALANCER_NOT_FOUND`; `E_BALANCER_AMBIGUOUS` for the name of both; `E_BALANCER_UNUSED` for a
   * target group that no load balancer sends anybody to; `E_BALANCER_UNSUPPORTED` for one whose targets are no instances,
   * or are registered at other ports than its own
   *
   * @example
   * ```ts
   * const others = await traffic.describe(t, t.args.balancers, { without: blue.loadBalancers })
   * ```
   */
  describe(t: Steps, names: readonly string[], options?: DescribeOptions): Promise<LoadBalancer[]>
  /**
   * Finds the load balancer that a DNS name leads to, as the alias of a record names it: with `dualstack.`
   * before it, with a dot behind it, in capitals. Of an Application or Network Load Balancer it tells the target groups of
   * instances that it uses. `elasticloadbalancing:DescribeLoadBalancers`, `elasticloadbalancing:DescribeTargetGroups`.
   *
   * @throws ViridianError `E_BALANCER_NOT_FOUND`, with what else the name may be
   *
   * @example
   * ```ts
   * const blue = await traffic.find(t, 'dualstack.web-1234.eu-west-1.elb.amazonaws.com.')
   * ```
   */
  find(t: Steps, dnsName: string): Promise<Front>
  /**
   * Registers those of the instances that are not registered yet: behind balancers that are bound to their group the
   * group has done it. Undone by taking out those that were not registered before, drained; not as long as of those that
   * served there before nobody does. It stands before the instances are attached, so that by then their group is whole
   * without them.
   *
   * @throws ViridianError `E_NOT_IN_SERVICE` when it is undone, and nobody else serves there
   *
   * @example
   * ```ts
   * const internal = await traffic.describe(t, ['web-internal'])
   * await traffic.register(t, internal, green, { replacing: blue })
   * await fleets.attach(t, blue, green)
   * ```
   */
  register(
    t: Steps,
    balancers: readonly LoadBalancer[],
    instances: readonly InstanceRef[],
    options?: RegisterOptions,
  ): Promise<void>
  /**
   * Takes instances out of balancers that their group is not bound to, and waits until they are drained. Undone by
   * registering them again, and seeing them in service. From one that it is bound to, the group takes them itself: `standby`
   * of the Auto Scaling plugin.
   *
   * @throws ViridianError `E_BALANCER_BOUND` of members of a group that is bound to the balancer and judges them by it
   */
  deregister(t: Steps, balancers: readonly LoadBalancer[], instances: readonly InstanceRef[]): Promise<void>
  /**
   * Waits until exactly these instances are in service at each balancer, as long as the balancers' own health checks may
   * take, and past the slow start of target groups that have one. `elasticloadbalancing:DescribeInstanceHealth`,
   * `elasticloadbalancing:DescribeTargetHealth`.
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
  /**
   * Makes a copy of each load balancer in every setting: listeners with their certificates, place, security groups,
   * scheme, health check, attributes, policies and where they are set, tags. Its instances are not: the group of the
   * copy registers its own. Undone by deleting the copies. Each call is a step. Of a classic one these are
   * `CreateLoadBalancer`, `ConfigureHealthCheck`, `ModifyLoadBalancerAttributes`, `CreateLoadBalancerPolicy`,
   * `SetLoadBalancerPoliciesOfListener` and `SetLoadBalancerPoliciesForBackendServer`.
   *
   * Of target groups it copies the Application and Network Load Balancers that use them, too, with listeners, rules,
   * certificates, web ACL, reserved capacity and protection from deletion, once these are active: `CreateTargetGroup`,
   * `CreateLoadBalancer`, `CreateListener`, `AddListenerCertificates`, `CreateRule`, `ModifyTargetGroupAttributes`,
   * `ModifyLoadBalancerAttributes`, `ModifyListenerAttributes`, `ModifyCapacityReservation`, `SetSecurityGroups`,
   * `wafv2:AssociateWebACL`.
   *
   * @throws ViridianError `E_NAME_TAKEN` when somebody else's balancer has the name that the copy would get;
   * `E_BALANCER_SHARED` for a load balancer that sends users to other target groups as well; `E_BALANCER_UNUSED` for a
   * target group that no load balancer uses; `E_BALANCER_UNSUPPORTED` for a Gateway Load Balancer, one with addresses that were
   * chosen for it, or a listener that signs users in by OpenID Connect; `E_WEB_ACL_UNKNOWN` when nobody may ask for a web ACL
   *
   * @example
   * ```ts
   * const green = await traffic.replicate(t, blue.loadBalancers)
   * green.names // { web: 'web--20261123-154233-8f14e45fcee' }
   * ```
   */
  replicate(t: Steps, balancers: readonly LoadBalancer[]): Promise<BalancerReplica>
  /**
   * Compares load balancers with their copies (the second list, in the order of the first), and says at the end of the
   * run in what they differ.
   *
   * @throws ViridianError `E_REPLICA_DIFFERS` when one differs in more than its names
   */
  compare(t: Steps, originals: readonly LoadBalancer[], copies: readonly LoadBalancer[]): Promise<void>
  /**
   * Sees that each load balancer has a listener that `smoke` can ask, and that `replicate` can make a whole copy of it: ahead of
   * what is built for it. `elasticloadbalancing:DescribeLoadBalancers`, `elasticloadbalancing:DescribeListeners`.
   *
   * @throws ViridianError `E_SMOKE_PORT` with the listeners that there are; what `replicate` refuses
   *
   * @example
   * ```ts
   * await traffic.askable(t, blue.loadBalancers, { port: 8443 })
   * ```
   */
  askable(t: Steps, balancers: readonly LoadBalancer[], options?: Pick<SmokeOptions, 'port'>): Promise<void>
  /**
   * Asks the service through each load balancer itself, at every address of it, before any user is sent there: three
   * times as often as it has instances in service, five times at least. Names are looked up at the name servers of the
   * environment variable `VIRIDIAN_NAME_SERVERS` (`host[:port]`, separated by commas), or as the system does.
   *
   * @throws ViridianError `E_SMOKE_FAILED` with the address, the answer and what was expected; `E_SMOKE_PORT`
   *
   * @example
   * ```ts
   * await traffic.smoke(t, fronts.balancers, { path: '/version', host: 'www.example.com', expect: { release: 'v2' } })
   * ```
   */
  smoke(t: Steps, balancers: readonly LoadBalancer[], options: SmokeOptions): Promise<void>
  /**
   * Sees that load balancers and target groups have no instances, and that no group is bound to them, so that `remove` will
   * delete them.
   *
   * @throws ViridianError `E_BALANCER_IN_USE`
   *
   * @example
   * ```ts
   * await traffic.removable(t, blue.loadBalancers, { without: [blue] })
   * ```
   */
  removable(t: Steps, balancers: readonly LoadBalancer[], options?: RemovableOptions): Promise<void>
  /**
   * Deletes load balancers that have no instances any more, and that no group is bound to; with target groups the load
   * balancers that use them, which need not be protected from deletion any more then. It cannot be undone: it stands behind
   * the commit. `elasticloadbalancing:DeleteLoadBalancer`, `elasticloadbalancing:DeleteTargetGroup`.
   *
   * @throws ViridianError `E_BALANCER_IN_USE`
   */
  remove(t: Steps, balancers: readonly LoadBalancer[]): Promise<void>
}

/**
 * The plugin for Elastic Load Balancing: classic load balancers, and Application and Network Load Balancers with their
 * target groups, behind one set of moves.
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
  steps: [
    ...[describeBalancers, findBalancer, registerInstances, deregisterInstances],
    ...[seeDrained, seeInService, testInService],
    ...[readPolicyPlan, createBalancer, configureHealthCheck, modifyAttributes],
    ...[createPolicy, setListenerPolicies, setBackendPolicies],
    ...[readFrontPlan, createTargetGroup, createLoadBalancer, copyAttributes, trustPrivateLink],
    ...[createListener, addCertificate, createRule, associateWebAcl, reserveCapacity],
    ...[setDeletionProtection, seeActive],
    ...[compareBalancers, compareFronts, readAskable, smokeTest],
    ...[readRemovable, removeBalancer, findMadeBalancers, findMadeTargetGroups],
  ],
  leftovers: [leftBalancers, leftTargetGroups],
  checks: accountChecks,
  describe: async (t, names, { without = [] } = {}) => {
    const described = names.length === 0 ? [] : await t.step(describeBalancers, { names: [...names] })
    const left = new Set(without.map(balancerThing))
    return described.filter((balancer) => !left.has(balancerThing(balancer)))
  },
  find: (t, dnsName) => t.step(findBalancer, { dnsName }),
  register: async (t, balancers, instances, { replacing } = {}) => {
    const ids = idsOf(instances)
    const replaced = replacing && { group: replacing.name, ids: idsOf(replacing.instances) }
    for (const balancer of balancers)
      await t.step(registerInstances, { balancer, ids, ...(replaced && { replaced }) })
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
  replicate,
  compare,
  askable: async (t, balancers, { port } = {}) => {
    if (balancers.length === 0) return
    await t.step(readAskable, { balancers: [...balancers], port })
    await planFronts(t, balancers)
  },
  smoke: async (t, balancers, options) => {
    for (const front of usedFronts(balancers)) await t.step(smokeTest, { front, ...options })
  },
  removable: async (t, balancers, { without = [] } = {}) => {
    if (balancers.length > 0)
      await t.step(readRemovable, {
        balancers: goingWith(balancers),
        without: without.map(({ name }) => name),
      })
  },
  remove: async (t, balancers) => {
    for (const balancer of goingWith(balancers)) await takeAway(t, balancer)
  },
})

const idsOf = (instances: readonly InstanceRef[]): string[] => instances.map(({ id }) => id)
