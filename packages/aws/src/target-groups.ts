import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { isBalancerGone } from './balancer-members.ts'
import { elbV2Api } from './elastic-load-balancing-v2.ts'
import type { LoadBalancerV2, TargetGroup } from './load-balancer.ts'
import { listLoadBalancersV2 } from './load-balancers-v2.ts'
import { allPages } from './pages.ts'

const Described = z.object({
  TargetGroupArn: z.string(),
  TargetGroupName: z.string(),
  TargetType: z.string().default('instance'),
  // A target group of Lambda functions has none of these.
  Protocol: z.string().default(''),
  Port: z.int().default(0),
  HealthCheckProtocol: z.string().default(''),
  HealthCheckPort: z.string().default('traffic-port'),
  HealthCheckPath: z.string().default(''),
  HealthCheckIntervalSeconds: z.int(),
  HealthCheckTimeoutSeconds: z.int(),
  HealthyThresholdCount: z.int(),
  UnhealthyThresholdCount: z.int(),
  LoadBalancerArns: z.array(z.string()).default([]),
})

/** A target group as it is described, as far as it is used. */
export type DescribedTargetGroup = z.infer<typeof Described>

const Page = z.object({ TargetGroups: z.array(Described) })

const Names = z.object({
  TargetGroups: z.array(z.object({ TargetGroupArn: z.string(), TargetGroupName: z.string() })),
  NextMarker: z.string().optional(),
})

const Attributes = z.object({
  Attributes: z.array(z.object({ Key: z.string(), Value: z.string().default('') })),
})

/** The calls by which target groups are read. */
export const targetGroupCalls = [
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeTargetGroupAttributes',
  'elasticloadbalancing:DescribeLoadBalancers',
]

/**
 * Target groups of the account and region: all, or those that a load balancer uses (`DescribeTargetGroups`, every page).
 *
 * @example
 * ```ts
 * const arns = (await listTargetGroups(c)).filter(({ name }) => name === 'web').map(({ arn }) => arn)
 * ```
 */
export const listTargetGroups = (
  c: StepContext,
  LoadBalancerArn?: string,
): Promise<Pick<TargetGroup, 'arn' | 'name'>[]> =>
  allPages(async (Marker) => {
    const page = await elbV2Api(c, 'DescribeTargetGroups', { LoadBalancerArn, Marker }, Names)
    const items = page.TargetGroups.map(({ TargetGroupArn: arn, TargetGroupName: name }) => ({ arn, name }))
    return { items, next: page.NextMarker }
  })

/**
 * Target groups as they are described, by their ARNs (`DescribeTargetGroups`).
 *
 * @throws ViridianError `E_BALANCER_NOT_FOUND`
 *
 * @example
 * ```ts
 * const described = await describeTargetGroups(c, [service.arn])
 * ```
 */
export async function describeTargetGroups(
  c: StepContext,
  arns: readonly string[],
): Promise<DescribedTargetGroup[]> {
  if (arns.length === 0) return []
  try {
    const input = { TargetGroupArns: [...arns] }
    return (await elbV2Api(c, 'DescribeTargetGroups', input, Page)).TargetGroups
  } catch (error) {
    if (!isBalancerGone(error)) throw error
    throw new ViridianError('E_BALANCER_NOT_FOUND', `of ${arns.join(', ')} not every one is there`, {
      hint: 'detach what was deleted from the group (aws autoscaling detach-load-balancer-target-groups)',
      place: { call: 'elasticloadbalancing:DescribeTargetGroups' },
      cause: error,
    })
  }
}

/**
 * Reads target groups by their ARNs: how they check health, how long they drain, which load balancers use them
 * (`DescribeTargetGroups`, `DescribeTargetGroupAttributes`, `DescribeLoadBalancers`).
 *
 * @throws ViridianError `E_BALANCER_NOT_FOUND`; `E_BALANCER_UNSUPPORTED` for one whose targets are no instances
 *
 * @example
 * ```ts
 * const [group] = await readTargetGroups(c, [service.arn])
 * group?.drainSeconds // 300
 * ```
 */
export async function readTargetGroups(c: StepContext, arns: readonly string[]): Promise<TargetGroup[]> {
  const described = await describeTargetGroups(c, arns)
  const unfit = described.find(({ TargetType }) => TargetType !== 'instance')
  if (unfit) throw notOfInstances(unfit)
  const users = [...new Set(described.flatMap(({ LoadBalancerArns }) => LoadBalancerArns))]
  const balancers = users.length > 0 ? await listLoadBalancersV2(c, users) : []
  return Promise.all(
    described.map(async (group) => {
      const uses = ({ arn }: LoadBalancerV2): boolean => group.LoadBalancerArns.includes(arn)
      return targetGroup(group, await attributesOf(c, group.TargetGroupArn), balancers.filter(uses))
    }),
  )
}

const attributesOf = async (c: StepContext, TargetGroupArn: string): Promise<ReadonlyMap<string, string>> => {
  const answer = await elbV2Api(c, 'DescribeTargetGroupAttributes', { TargetGroupArn }, Attributes)
  return new Map(answer.Attributes.map(({ Key, Value }) => [Key, Value]))
}

const targetGroup = (
  group: DescribedTargetGroup,
  attributes: ReadonlyMap<string, string>,
  balancers: LoadBalancerV2[],
): TargetGroup => ({
  kind: 'targetGroup',
  arn: group.TargetGroupArn,
  name: group.TargetGroupName,
  protocol: group.Protocol,
  port: group.Port,
  healthCheck: {
    target: `${group.HealthCheckProtocol}:${group.HealthCheckPort}${group.HealthCheckPath}`,
    interval: group.HealthCheckIntervalSeconds,
    timeout: group.HealthCheckTimeoutSeconds,
    healthyThreshold: group.HealthyThresholdCount,
    unhealthyThreshold: group.UnhealthyThresholdCount,
  },
  drainSeconds: Number(attributes.get('deregistration_delay.timeout_seconds') ?? 0),
  slowStartSeconds: Number(attributes.get('slow_start.duration_seconds') ?? 0),
  balancers,
})

const notOfInstances = ({ TargetGroupName, TargetType }: DescribedTargetGroup): ViridianError =>
  new ViridianError(
    'E_BALANCER_UNSUPPORTED',
    `target group ${TargetGroupName} has targets of type ${TargetType}`,
    {
      hint: 'a fleet is replaced instance by instance: name a target group of type instance',
      place: { call: 'elasticloadbalancing:DescribeTargetGroups' },
      refused: true,
    },
  )
