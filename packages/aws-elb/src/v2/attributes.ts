import { elbV2Api } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'

/** What has attributes, by the calls that read and set them. */
export const attributed = ['LoadBalancer', 'TargetGroup', 'Listener'] as const
export type Attributed = (typeof attributed)[number]

/** Attributes, by their keys. */
export type Attributes = Readonly<Record<string, string>>

export const deletionProtection = 'deletion_protection.enabled'

const Described = z.object({
  Attributes: z.array(z.object({ Key: z.string(), Value: z.string().default('') })),
})

/** All attributes of a load balancer, a target group or a listener, those too that were never set. */
export async function readAttributes(c: StepContext, of: Attributed, arn: string): Promise<Attributes> {
  const read = {
    LoadBalancer: () => elbV2Api(c, 'DescribeLoadBalancerAttributes', { LoadBalancerArn: arn }, Described),
    TargetGroup: () => elbV2Api(c, 'DescribeTargetGroupAttributes', { TargetGroupArn: arn }, Described),
    Listener: () => elbV2Api(c, 'DescribeListenerAttributes', { ListenerArn: arn }, Described),
  }
  const { Attributes } = await read[of]()
  return Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]))
}

/** Sets some of them, and leaves the others as they are. */
export async function setAttributes(
  c: StepContext,
  of: Attributed,
  arn: string,
  attributes: Attributes,
): Promise<void> {
  const Attributes = Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }))
  const set = {
    LoadBalancer: () =>
      elbV2Api(c, 'ModifyLoadBalancerAttributes', { LoadBalancerArn: arn, Attributes }, z.unknown()),
    TargetGroup: () =>
      elbV2Api(c, 'ModifyTargetGroupAttributes', { TargetGroupArn: arn, Attributes }, z.unknown()),
    Listener: () => elbV2Api(c, 'ModifyListenerAttributes', { ListenerArn: arn, Attributes }, z.unknown()),
  }
  await set[of]()
}

/**
 * What has to be set for the copy to have the attributes of its original. Deletion protection is not among it: it is the
 * last that a copy gets. What AWS describes as never set is not taken back.
 */
export function missingAttributes(original: Attributes, copy: Attributes): Attributes {
  const missing = Object.entries(original).filter(
    ([key, value]) => key !== deletionProtection && value !== '' && copy[key] !== value,
  )
  return Object.fromEntries(missing)
}
