import type { Clock } from '../../clock.ts'
import { required, validationError, within } from '../constraint.ts'
import type { Elbv2Book, Elbv2Handlers } from './book.ts'
import type { LoadBalancer } from './load-balancer.ts'

/** The operations on reserved capacity: it is on record, and every proxy takes what comes. */
export function capacityHandlers(book: Elbv2Book, clock: Clock): Elbv2Handlers {
  return {
    DescribeCapacityReservation(input) {
      return describe(book.findBalancer(input.LoadBalancerArn))
    },
    async ModifyCapacityReservation(input) {
      const { arn } = book.findBalancer(input.LoadBalancerArn)
      const { MinimumLoadBalancerCapacity: asked, ResetCapacityReservation: reset = false } = input
      if (reset === (asked !== undefined))
        throw validationError('Either a minimum capacity or a reset of the reservation must be specified')
      const units = reset
        ? 0
        : within(required(asked?.CapacityUnits, 'capacityUnits'), 'capacityUnits', 1, 1500)
      const modified = clock.now().toISOString()
      return describe(await book.change(arn, () => ({ capacity: { units, modified } })))
    },
  }
}

function describe({ capacity, zones }: LoadBalancer) {
  if (capacity === undefined) return {}
  const { units, modified } = capacity
  return {
    LastModifiedTime: new Date(modified),
    ...(units > 0 && {
      MinimumLoadBalancerCapacity: { CapacityUnits: units },
      CapacityReservationState: zones.map(({ name }) => ({
        State: { Code: 'provisioned' as const },
        AvailabilityZone: name,
        EffectiveCapacityUnits: units / zones.length,
      })),
    }),
  }
}
