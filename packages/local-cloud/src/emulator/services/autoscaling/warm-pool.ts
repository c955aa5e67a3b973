import type { WarmPoolConfiguration } from '@aws-sdk/client-auto-scaling'
import { sdk } from '../../sdk.ts'
import { oneOf, validationError, within } from '../constraint.ts'
import type { AutoScalingHandlers, GroupBook } from './group-book.ts'

const { WarmPoolState } = sdk.autoScaling

/** The operations on warm pools. They are records here: no instance is kept warm. */
export function warmPoolHandlers(book: GroupBook): AutoScalingHandlers {
  return {
    PutWarmPool(input) {
      const group = book.find(input.AutoScalingGroupName)
      const { MaxGroupPreparedCapacity, MinSize, PoolState, InstanceReusePolicy } = input
      group.warmPool = {
        ...(MaxGroupPreparedCapacity !== undefined &&
          MaxGroupPreparedCapacity !== -1 && { MaxGroupPreparedCapacity }),
        MinSize: within(MinSize ?? 0, 'minSize', 0, 10_000),
        PoolState: oneOf(PoolState ?? 'Stopped', 'poolState', Object.values(WarmPoolState)),
        ...(InstanceReusePolicy && { InstanceReusePolicy }),
      }
      book.changed()
      return {}
    },
    DeleteWarmPool(input) {
      const group = book.find(input.AutoScalingGroupName)
      if (group.warmPool === undefined)
        throw validationError(`No warm pool found for AutoScalingGroup: ${group.name}`)
      delete group.warmPool
      book.changed()
      return {}
    },
    DescribeWarmPool(input) {
      const { warmPool } = book.find(input.AutoScalingGroupName)
      return { ...(warmPool && { WarmPoolConfiguration: warmPool }), Instances: [] }
    },
  }
}

/** What a group's description shows of its warm pool. */
export const describeWarmPool = (warmPool: WarmPoolConfiguration | undefined) =>
  warmPool === undefined ? {} : { WarmPoolConfiguration: warmPool, WarmPoolSize: 0 }
