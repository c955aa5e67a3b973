import type { Balancers } from '../../hardware/balancers.ts'
import { hostedZoneOf } from '../elb/balancer-names.ts'
import { dnsNameIn, type Traffic } from '../elb/traffic.ts'
import { groupsOf } from './actions.ts'
import type { Elbv2Book } from './book.ts'
import { loadsOf } from './loads.ts'
import { networkZoneOf } from './names.ts'
import type { RegisteredTarget } from './target-group.ts'
import type { TargetStates } from './target-health.ts'

/** What target groups, by their ARNs, offer to the other services. An instance is registered at its group's port. */
export function trafficOf(
  book: Elbv2Book,
  states: TargetStates,
  { balancers, region }: { readonly balancers: Balancers; readonly region: string },
): Traffic {
  const targetsOf = (arn: string, ids: readonly string[]): RegisteredTarget[] =>
    ids.map((id) => ({ id, port: book.findGroup(arn).port }))
  const stateOf = (arn: string, id: string): string | undefined => {
    const group = book.group(arn)
    return group && states.stateOf(group, { id, port: group.port }).State
  }
  const isRegistered = (arn: string, id: string): boolean => {
    const group = book.group(arn)
    return group?.targets.some((target) => target.id === id && target.port === group.port) ?? false
  }
  return {
    has: (arn) => book.group(arn) !== undefined,
    register: async (arn, ids) => book.register(book.findGroup(arn), targetsOf(arn, ids)),
    deregister: async (arn, ids) => {
      const group = book.group(arn)
      if (group !== undefined) book.deregister(group, targetsOf(arn, ids))
    },
    isDraining: (arn, id) => stateOf(arn, id) === 'draining',
    isInService: (arn, id) => stateOf(arn, id) === 'healthy',
    isRefused: (arn, id) => stateOf(arn, id) === 'unhealthy',
    isRegistered,
    loads: () => loadsOf(book, states, balancers),
    byDnsName(dnsName) {
      const found = book.balancers().find((balancer) => dnsNameIn(dnsName) === balancer.dnsName.toLowerCase())
      if (found === undefined) return undefined
      return {
        name: found.name,
        address: found.address,
        hostedZoneId: found.kind === 'application' ? hostedZoneOf(region) : networkZoneOf(region),
        // Every group needs a target that is healthy.
        healthy: groupsOf(found.listeners)
          .map((arn) => book.findGroup(arn))
          .every((group) =>
            group.targets.some((target) => states.stateOf(group, target).State === 'healthy'),
          ),
      }
    },
  }
}
