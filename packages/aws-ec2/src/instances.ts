import { type Ec2Filter, ec2Api, filteredPages } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'

const Described = z.object({
  InstanceId: z.string(),
  ImageId: z.string(),
  State: z.object({ Name: z.string() }),
  StateReason: z.object({ Code: z.string().optional(), Message: z.string().optional() }).optional(),
  StateTransitionReason: z.string().optional(),
  Placement: z.object({ AvailabilityZone: z.string() }),
  SubnetId: z.string().optional(),
  PrivateIpAddress: z.string().optional(),
  PublicIpAddress: z.string().optional(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).optional(),
})

/** An instance as EC2 describes it, as far as it is used. */
export type DescribedInstance = z.infer<typeof Described>

const Page = z.object({
  Reservations: z.array(z.object({ Instances: z.array(Described) })),
  NextToken: z.string().optional(),
})

/** Instances by a filter (`DescribeInstances`), and by others of a few values. */
export const findInstances = (
  c: StepContext,
  filter: Ec2Filter,
  others: readonly { readonly Name: string; readonly Values: string[] }[] = [],
): Promise<DescribedInstance[]> =>
  filteredPages(filter, async (Filters, NextToken) => {
    const input = { Filters: [...Filters, ...others], NextToken }
    const page = await ec2Api(c, 'DescribeInstances', input, Page)
    return { items: page.Reservations.flatMap(({ Instances }) => Instances), next: page.NextToken }
  })

/** The instances of these ids that EC2 shows, by id. */
export async function instancesById(
  c: StepContext,
  ids: readonly string[],
): Promise<Map<string, DescribedInstance>> {
  const found = await findInstances(c, { Name: 'instance-id', Values: ids })
  return new Map(found.map((instance) => [instance.InstanceId, instance]))
}

/** True for an instance that is on its way out, or out. */
export const isEnding = ({ State }: DescribedInstance): boolean =>
  State.Name === 'shutting-down' || State.Name === 'terminated'

/** Why it is in its state, in AWS's words. */
export const stateReason = (instance: DescribedInstance): string =>
  instance.StateReason?.Message || instance.StateTransitionReason || 'no reason given'
