import { z } from 'zod'
import type { Questions } from '../../admin.ts'
import type { Group, Member } from './group.ts'
import type { GroupBook } from './group-book.ts'

/**
 * Whom a group replaces ahead of an interruption: Spot Instances that EC2 recommends to replace, if it heeds that. One that
 * is protected from scale-in stays where it is.
 */
export function atRisk({ options, instances }: Group): Member[] {
  if (options?.CapacityRebalance !== true) return []
  return instances.filter(
    (member) => member.atRisk === true && member.state === 'InService' && !member.protected,
  )
}

/** EC2's recommendation to replace Spot Instances of groups, as who tries a cloud out makes it. */
export function recommendations(book: GroupBook): Questions[string] {
  const isSpot = (id: string): boolean => book.groupOf(id)?.member.spot === true
  const Recommended = z.strictObject({
    instances: z.array(z.string().refine(isSpot, { error: 'no Spot Instance of a group' })).min(1),
  })
  return async (asked) => {
    const { instances } = Recommended.parse(asked)
    for (const id of instances) Object.assign(book.groupOf(id)?.member ?? {}, { atRisk: true })
    book.changed()
    return { instances }
  }
}
