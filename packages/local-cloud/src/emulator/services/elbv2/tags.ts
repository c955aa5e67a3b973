import type { Tag } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../service.ts'
import { atMost, required } from '../constraint.ts'
import { taggedWith } from '../tag-set.ts'
import type { Elbv2Book, Elbv2Handlers } from './book.ts'
import { balancerOf } from './names.ts'

type Tags = Readonly<Record<string, string>>

/** The operations on tags: of load balancers, target groups, listeners and rules. */
export function tagHandlers(book: Elbv2Book): Elbv2Handlers {
  return {
    AddTags(input) {
      const added = required(input.Tags, 'tags')
      for (const thing of thingsOf(book, input.ResourceArns)) thing.tags = addTags(thing.tags, added)
      book.save()
      return {}
    },
    RemoveTags(input) {
      const gone = required(input.TagKeys, 'tagKeys')
      for (const thing of thingsOf(book, input.ResourceArns)) {
        const kept = Object.entries(thing.tags).filter(([key]) => !gone.includes(key))
        thing.tags = Object.fromEntries(kept)
      }
      book.save()
      return {}
    },
    DescribeTags(input) {
      return {
        TagDescriptions: arnsOf(input.ResourceArns).map((ResourceArn) => ({
          ResourceArn,
          Tags: Object.entries(taggedThing(book, ResourceArn).tags).map(([Key, Value]) => ({ Key, Value })),
        })),
      }
    },
  }
}

function arnsOf(arns: readonly string[] | undefined): readonly string[] {
  return atMost(required(arns, 'resourceArns'), 'resourceArns', 20)
}

/** @throws AwsError unless all are there. */
function thingsOf(book: Elbv2Book, arns: readonly string[] | undefined): Tagged[] {
  return arnsOf(arns).map((arn) => taggedThing(book, arn))
}

interface Tagged {
  tags: Record<string, string>
}

function taggedThing(book: Elbv2Book, arn: string): Tagged {
  if (arn.includes(':loadbalancer/')) return book.findBalancer(arn)
  if (arn.includes(':targetgroup/')) return book.findGroup(arn)
  if (arn.includes(':truststore/')) return book.trustStores.find(arn)
  const balancer = book.balancer(balancerOf(arn))
  const listeners = balancer?.listeners ?? []
  const found = [...listeners, ...listeners.flatMap(({ rules }) => rules)].find((thing) => thing.arn === arn)
  if (found !== undefined) return found
  const what = arn.includes(':listener-rule/') ? 'Rule' : 'Listener'
  throw new AwsError(`${what}NotFound`, `One or more ${what.toLowerCase()}s not found: '${arn}'`)
}

/** The tags with others among them, within AWS's limits. */
export function addTags(present: Tags, added: readonly Tag[]): Record<string, string> {
  return taggedWith(present, added, {
    thing: 'A resource',
    repeated: 'DuplicateTagKeys',
    tooMany: 'TooManyTags',
  })
}
