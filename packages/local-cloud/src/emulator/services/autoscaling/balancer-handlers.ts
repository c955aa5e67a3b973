import type { LoadBalancerState, TrafficSourceState } from '@aws-sdk/client-auto-scaling'
import { oneOf, required, validationError, within } from '../constraint.ts'
import type { Traffic } from '../elb/traffic.ts'
import { pageOf } from '../page.ts'
import type { Group } from './group.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'
import { readBalancers } from './group-input.ts'
import { invalidToken } from './launch-configuration.ts'

/** The operations on the load balancers of groups. */
export function balancerHandlers(book: GroupBook, traffic: Traffic): AutoScalingHandlers {
  return {
    async AttachLoadBalancers(input) {
      const group = book.find(input.AutoScalingGroupName)
      const names = readBalancers(required(input.LoadBalancerNames, 'loadBalancerNames'), traffic)
      const added = names.filter((name) => !group.loadBalancers.includes(name))
      group.loadBalancers.push(...added)
      book.changed()
      for (const name of added) await traffic.register(name, inServiceIds(group))
      return {}
    },
    async DetachLoadBalancers(input) {
      const group = book.find(input.AutoScalingGroupName)
      const names = required(input.LoadBalancerNames, 'loadBalancerNames')
      const missing = names.filter((name) => !group.loadBalancers.includes(name))
      if (missing.length > 0) {
        throw validationError(
          `Trying to remove Load Balancers that are not part of the group: [${missing.join(', ')}]`,
        )
      }
      group.loadBalancers = group.loadBalancers.filter((name) => !names.includes(name))
      book.changed()
      const ids = group.instances.map(({ id }) => id)
      for (const name of names) await traffic.deregister(name, ids)
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
      const group = book.find(input.AutoScalingGroupName)
      const states = group.loadBalancers.map(
        (name): LoadBalancerState => ({ LoadBalancerName: name, State: stateOf(group, name, traffic) }),
      )
      const size = within(input.MaxRecords ?? 100, 'maxRecords', 1, 100)
      const page = pageOf(states, size, input.NextToken, invalidToken)
      return { LoadBalancers: [...page.items], ...(page.next === undefined ? {} : { NextToken: page.next }) }
    },
  }
}

/** A group's balancers as AWS's newer call has them; no kind but the classic one is here. */
function sourcesOf(group: Group, traffic: Traffic, type: string | undefined): TrafficSourceState[] {
  if (type !== undefined) oneOf(type, 'trafficSourceType', ['elb', 'elbv2', 'vpc-lattice'])
  if (type !== undefined && type !== 'elb') return []
  return group.loadBalancers.map((Identifier) => ({
    Identifier,
    TrafficSource: Identifier,
    Type: 'elb',
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
