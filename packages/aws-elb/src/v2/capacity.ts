import { elbV2Api, findMade } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { defineCopyPart } from '../copy-part.ts'
import { LoadBalancerRef } from '../resource-ref.ts'

const Reservation = z.object({
  MinimumLoadBalancerCapacity: z.object({ CapacityUnits: z.int().optional() }).optional(),
})

/** The call by which reserved capacity is read. */
export const capacityCalls = ['elasticloadbalancing:DescribeCapacityReservation']

/** The capacity units that are reserved for a load balancer, however little it has to do; null for none (`DescribeCapacityReservation`). */
export async function readCapacity(c: StepContext, LoadBalancerArn: string): Promise<number | null> {
  const reservation = await elbV2Api(c, 'DescribeCapacityReservation', { LoadBalancerArn }, Reservation)
  return reservation.MinimumLoadBalancerCapacity?.CapacityUnits || null
}

/** Reserves the capacity for a copy that its original has, which all users come to at once (`ModifyCapacityReservation`). Undone with the copy. */
export const reserveCapacity = defineCopyPart({
  name: 'aws-elb/reserve-capacity',
  version: 1,
  input: z.strictObject({ copy: LoadBalancerRef, units: z.int() }),
  output: z.null(),
  copyOf: ({ copy }) => copy,
  calls: ['elasticloadbalancing:ModifyCapacityReservation', ...capacityCalls],
  title: ({ copy, units }) => `reserve ${units} capacity units for ${copy.name}`,
  run: async ({ copy, units }, c) => {
    const input = { LoadBalancerArn: copy.arn, MinimumLoadBalancerCapacity: { CapacityUnits: units } }
    await elbV2Api(c, 'ModifyCapacityReservation', input, z.unknown())
    return null
  },
  find: ({ copy, units }, c) => findMade(c, async () => (await readCapacity(c, copy.arn)) === units),
})
