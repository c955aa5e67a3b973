import { AwsError } from '../../service.ts'
import { taggedWith } from '../tag-set.ts'
import type { Route53Handlers, ZoneBook } from './zone-book.ts'

const refusals = {
  thing: 'A hosted zone',
  repeated: 'InvalidInput',
  reserved: 'InvalidInput',
  tooMany: 'InvalidInput',
}

/** The operations on hosted zones' tags. Health checks, the other kind of tagged resource, do not exist here. */
export function tagHandlers(book: ZoneBook): Route53Handlers {
  const tagged = (type: string | undefined, id: string | undefined) => {
    if (type !== 'hostedzone') {
      throw new AwsError('NoSuchHealthCheck', `A health check with id ${id} does not exist.`, 404)
    }
    return book.find(id)
  }
  return {
    ChangeTagsForResource(input) {
      const zone = tagged(input.ResourceType, input.ResourceId)
      const removed = input.RemoveTagKeys ?? []
      const kept = Object.entries(zone.tags).filter(([key]) => !removed.includes(key))
      zone.tags = taggedWith(Object.fromEntries(kept), input.AddTags ?? [], refusals)
      book.save()
      return {}
    },
    ListTagsForResource(input) {
      const zone = tagged(input.ResourceType, input.ResourceId)
      return {
        ResourceTagSet: {
          ResourceType: 'hostedzone',
          ResourceId: zone.id,
          Tags: Object.entries(zone.tags).map(([Key, Value]) => ({ Key, Value })),
        },
      }
    },
  }
}
