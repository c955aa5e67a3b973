import { ec2Api } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from 'zod'

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

export interface InstanceFilter {
  readonly Name: string
  readonly Values: string[]
}

/** Instances by a filter, every page of them: unlike ids, a filter does not fail for those that are not shown yet. */
export async function findInstances(c: StepContext, filter: InstanceFilter): Promise<DescribedInstance[]> {
  const found: DescribedInstance[] = []
  let NextToken: string | undefined
  do {
    const page = await ec2Api(c, 'DescribeInstances', { Filters: [filter], NextToken }, Page)
    found.push(...page.Reservations.flatMap(({ Instances }) => Instances))
    NextToken = page.NextToken || undefined
  } while (NextToken !== undefined)
  return found
}

const idsInAFilter = 200

/** The instances of these ids that EC2 shows, by id. */
export async function instancesById(
  c: StepContext,
  ids: readonly string[],
): Promise<Map<string, DescribedInstance>> {
  const found = new Map<string, DescribedInstance>()
  for (let start = 0; start < ids.length; start += idsInAFilter) {
    const Values = ids.slice(start, start + idsInAFilter)
    for (const each of await findInstances(c, { Name: 'instance-id', Values }))
      found.set(each.InstanceId, each)
  }
  return found
}

/** True for an instance that is on its way out, or out. */
export const isEnding = ({ State }: DescribedInstance): boolean =>
  State.Name === 'shutting-down' || State.Name === 'terminated'

/** Why it is in its state, in AWS's words. */
export const stateReason = (instance: DescribedInstance): string =>
  instance.StateReason?.Message || instance.StateTransitionReason || 'no reason given'
