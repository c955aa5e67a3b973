import { ec2Api } from '@viridian/aws'
import { defineRead } from '@viridian/core'
import { z } from '@viridian/core/zod'

export const SubnetZone = z.strictObject({ subnet: z.string(), zone: z.string() })
export type SubnetZone = z.infer<typeof SubnetZone>

const Subnets = z.object({
  Subnets: z.array(z.object({ SubnetId: z.string(), AvailabilityZone: z.string() })),
})

/** The zone that each subnet is in (`DescribeSubnets`). */
export const readSubnetZones = defineRead({
  name: 'aws-ec2/read-subnet-zones',
  version: 1,
  input: z.strictObject({ subnets: z.array(z.string()) }),
  output: z.array(SubnetZone),
  calls: ['ec2:DescribeSubnets'],
  title: ({ subnets }) => `read the zones of ${subnets.join(', ')}`,
  run: async ({ subnets }, c) => {
    const { Subnets: found } = await ec2Api(c, 'DescribeSubnets', { SubnetIds: subnets }, Subnets)
    return found.map(({ SubnetId: subnet, AvailabilityZone: zone }) => ({ subnet, zone }))
  },
})
