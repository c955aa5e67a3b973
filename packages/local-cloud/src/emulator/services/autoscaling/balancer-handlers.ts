import type { LoadBalancerState } from '@aws-sdk/client-auto-scaling'
import { required, validationError, within } from '../constraint.ts'
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
    DescribeLoadBalancers(input) {
      const group = book.find(input.AutoScalingGroupName)
      const states = group.loadBalancers.map((name): LoadBalancerState => {
        const serving = group.instances.some(({ id }) => traffic.isInService(name, id))
        return { LoadBalancerName: name, State: serving ? 'InService' : 'Added' }
      })
      const size = within(input.MaxRecords ?? 100, 'maxRecords', 1, 100)
      const page = pageOf(states, size, input.NextToken, invalidToken)
      return { LoadBalancers: [...page.items], ...(page.next === undefined ? {} : { NextToken: page.next }) }
    },
  }
}

function inServiceIds(group: Group): string[] {
  return group.instances.filter(({ state }) => state === 'InService').map(({ id }) => id)
}
