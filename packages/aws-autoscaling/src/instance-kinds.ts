import { ec2Api, filteredPages, type InstanceKind } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import type { Group } from './group.ts'

const Page = z.object({
  Reservations: z.array(
    z.object({
      Instances: z.array(z.object({ InstanceId: z.string(), InstanceLifecycle: z.string().optional() })),
    }),
  ),
  NextToken: z.string().optional(),
})

/** Of what kind the members of a group with a mixed instances policy are, by id; nothing of another group. */
export async function kindsOf(
  c: StepContext,
  { MixedInstancesPolicy: policy, Instances }: Group,
): Promise<ReadonlyMap<string, InstanceKind>> {
  if (!policy) return new Map()
  const spot = await spotAmong(
    c,
    Instances.map(({ InstanceId }) => InstanceId),
  )
  const maxPrice = policy.InstancesDistribution?.SpotMaxPrice
  const asked = maxPrice ? { maxPrice } : {}
  return new Map(
    Instances.flatMap(({ InstanceId, InstanceType: type }): [string, InstanceKind][] =>
      type === undefined ? [] : [[InstanceId, { type, ...(spot.has(InstanceId) && { spot: asked }) }]],
    ),
  )
}

/** Auto Scaling does not say which of its instances are Spot ones: EC2 does. */
async function spotAmong(c: StepContext, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await filteredPages({ Name: 'instance-id', Values: ids }, async (Filters, NextToken) => {
    const page = await ec2Api(c, 'DescribeInstances', { Filters, NextToken }, Page)
    return { items: page.Reservations.flatMap(({ Instances }) => Instances), next: page.NextToken }
  })
  return new Set(
    found.flatMap(({ InstanceId, InstanceLifecycle }) => (InstanceLifecycle === 'spot' ? [InstanceId] : [])),
  )
}
