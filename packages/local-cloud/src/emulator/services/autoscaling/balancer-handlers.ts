import type { TrafficSourceState } from '@aws-sdk/client-auto-scaling'
import { oneOf, required, validationError, within } from '../constraint.ts'
import type { Traffic } from '../elb/traffic.ts'
import { pageOf } from '../page.ts'
import type { Group } from './group.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { invalidToken } from './launch-configuration.ts'
import { identifierOf, kindOf, readSources, type SourceKind } from './traffic-source.ts'

/** The operations on what brings traffic to groups: classic load balancers and target groups. */
export function balancerHandlers(book: GroupBook, traffic: Traffic): AutoScalingHandlers {
  const attach = async (group: Group, names: readonly string[]): Promise<void> => {
    const added = names.filter((name) => !group.loadBalancers.includes(name))
    group.loadBalancers.push(...added)
    book.changed()
    for (const name of added) await traffic.register(name, inServiceIds(group))
  }
  const detach = async (group: Group, names: readonly string[], what: string): Promise<void> => {
    const missing = names.filter((name) => !group.loadBalancers.includes(name))
    if (missing.length > 0)
      throw validationError(
        `Trying to remove ${what} that are not part of the group: [${missing.join(', ')}]`,
      )
    group.loadBalancers = group.loadBalancers.filter((name) => !names.includes(name))
    book.changed()
    const ids = group.instances.map(({ id }) => id)
    for (const name of names) await traffic.deregister(name, ids)
  }
  const statesOf = (group: Group, kind: SourceKind, input: Paged, most: number) => {
    const names = group.loadBalancers.filter((name) => kindOf(name) === kind)
    const size = within(input.MaxRecords ?? most, 'maxRecords', 1, most)
    const page = pageOf(names, size, input.NextToken, invalidToken)
    return {
      states: page.items.map((name) => ({ name, State: stateOf(group, name, traffic) })),
      next: page.next === undefined ? {} : { NextToken: page.next },
    }
  }
  return {
    async AttachLoadBalancers(input) {
      const group = book.find(input.AutoScalingGroupName)
      const LoadBalancerNames = required(input.LoadBalancerNames, 'loadBalancerNames')
      await attach(group, readSources({ LoadBalancerNames }, traffic))
      return {}
    },
    async AttachLoadBalancerTargetGroups(input) {
      const group = book.find(input.AutoScalingGroupName)
      const TargetGroupARNs = required(input.TargetGroupARNs, 'targetGroupARNs')
      await attach(group, readSources({ TargetGroupARNs }, traffic))
      return {}
    },
    async AttachTrafficSources(input) {
      const group = book.find(input.AutoScalingGroupName)
      const TrafficSources = required(input.TrafficSources, 'trafficSources')
      await attach(group, readSources({ TrafficSources }, traffic))
      return {}
    },
    async DetachLoadBalancers(input) {
      const group = book.find(input.AutoScalingGroupName)
      await detach(group, required(input.LoadBalancerNames, 'loadBalancerNames'), 'Load Balancers')
      return {}
    },
    async DetachLoadBalancerTargetGroups(input) {
      const group = book.find(input.AutoScalingGroupName)
      await detach(group, required(input.TargetGroupARNs, 'targetGroupARNs'), 'Target Groups')
      return {}
    },
    async DetachTrafficSources(input) {
      const group = book.find(input.AutoScalingGroupName)
      const sources = required(input.TrafficSources, 'trafficSources').map(identifierOf)
      await detach(group, sources, 'Traffic Sources')
      return {}
    },
    DescribeTrafficSources(input) {
      const group = book.find(input.AutoScalingGroupName)
      const states = sourcesOf(group, traffic, input.TrafficSourceType)
      const size = within(input.MaxRecords ?? 50, 'maxRecords', 1, 50)
      const page = pageOf(states, size, input.NextToken, invalidToken)
      return { TrafficSources: [...page.items], ...(page.next === undefined ? {} : { NextToken: page.next }) }
    },
    DescribeLoadBalancers(input) {
      const { states, next } = statesOf(book.find(input.AutoScalingGroupName), 'elb', input, 100)
      return {
        LoadBalancers: states.map(({ name, State }) => ({ LoadBalancerName: name, State })),
        ...next,
      }
    },
    DescribeLoadBalancerTargetGroups(input) {
      const { states, next } = statesOf(book.find(input.AutoScalingGroupName), 'elbv2', input, 100)
      return {
        LoadBalancerTargetGroups: states.map(({ name, State }) => ({
          LoadBalancerTargetGroupARN: name,
          State,
        })),
        ...next,
      }
    },
  }
}

interface Paged {
  readonly MaxRecords?: number | undefined
  readonly NextToken?: string | undefined
}

/** A group's sources of traffic as AWS's newer call has them. */
function sourcesOf(group: Group, traffic: Traffic, type: string | undefined): TrafficSourceState[] {
  if (type !== undefined) oneOf(type, 'trafficSourceType', ['elb', 'elbv2', 'vpc-lattice'])
  return group.loadBalancers
    .filter((name) => type === undefined || kindOf(name) === type)
    .map((Identifier) => ({
      Identifier,
      TrafficSource: Identifier,
      Type: kindOf(Identifier),
      State: stateOf(group, Identifier, traffic),
    }))
}

/** `InService` as soon as one of the group's instances is. */
function stateOf(group: Group, name: string, traffic: Traffic): 'InService' | 'Added' {
  return group.instances.some(({ id }) => traffic.isInService(name, id)) ? 'InService' : 'Added'
}

function inServiceIds(group: Group): string[] {
  return group.instances.filter(({ state }) => state === 'InService').map(({ id }) => id)
}
