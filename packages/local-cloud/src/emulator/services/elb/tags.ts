import type { Tag } from '@aws-sdk/client-elastic-load-balancing'
import { atMost, required } from '../constraint.ts'
import { taggedWith } from '../tag-set.ts'
import type { BalancerBook, ElbHandlers } from './balancer-book.ts'

/** The operations on load balancers' tags. */
export function tagHandlers(book: BalancerBook): ElbHandlers {
  return {
    AddTags(input) {
      const names = atMost(required(input.LoadBalancerNames, 'loadBalancerNames'), 'loadBalancerNames', 1)
      const tags = required(input.Tags, 'tags')
      for (const balancer of names.map((name) => book.find(name))) {
        balancer.tags = addTags(balancer.tags, tags)
      }
      book.save()
      return {}
    },
    RemoveTags(input) {
      const names = atMost(required(input.LoadBalancerNames, 'loadBalancerNames'), 'loadBalancerNames', 1)
      const keys = required(input.Tags, 'tags').map(({ Key }) => required(Key, 'key'))
      for (const balancer of names.map((name) => book.find(name))) {
        for (const key of keys) delete balancer.tags[key]
      }
      book.save()
      return {}
    },
    DescribeTags(input) {
      const names = atMost(required(input.LoadBalancerNames, 'loadBalancerNames'), 'loadBalancerNames', 20)
      return {
        TagDescriptions: names.map((name) => ({
          LoadBalancerName: name,
          Tags: Object.entries(book.find(name).tags).map(([Key, Value]) => ({ Key, Value })),
        })),
      }
    },
  }
}

/** The tags with others among them, within AWS's limits. */
export function addTags(
  present: Readonly<Record<string, string>>,
  added: readonly Tag[],
): Record<string, string> {
  return taggedWith(present, added, {
    thing: 'A load balancer',
    repeated: 'DuplicateTagKeys',
    tooMany: 'TooManyTags',
  })
}
