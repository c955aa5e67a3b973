import type {
  LoadBalancerAttributes,
  LoadBalancerDescription,
  PolicyDescription,
  Tag,
} from '@aws-sdk/client-elastic-load-balancing'
import { awsCode, decoded, elbApi } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { ordered } from '../ordered.ts'

/** Everything that AWS says of a classic load balancer, in an order that does not depend on AWS. */
export interface BalancerSettings {
  readonly description: LoadBalancerDescription
  readonly attributes: LoadBalancerAttributes
  readonly policies: readonly PolicyDescription[]
  readonly tags: readonly Tag[]
}

const Descriptions = z.object({
  LoadBalancerDescriptions: z.array(decoded<LoadBalancerDescription>()).length(1),
})
const Attributes = z.object({ LoadBalancerAttributes: decoded<LoadBalancerAttributes>() })
const Policies = z.object({ PolicyDescriptions: z.array(decoded<PolicyDescription>()) })
const Tags = z.object({ TagDescriptions: z.array(z.object({ Tags: z.array(decoded<Tag>()).optional() })) })

/** The type of the policies that say which protocols and ciphers a listener accepts. */
export const sslNegotiation = 'SSLNegotiationPolicyType'

export async function readSettings(c: StepContext, name: string): Promise<BalancerSettings> {
  const [description, attributes, policies, tags = []] = await Promise.all([
    readDescription(c, name),
    readAttributes(c, name),
    readPolicies(c, name),
    readTags(c, name),
  ])
  return { description, attributes, policies, tags }
}

/** What a balancer is made with, and has (`DescribeLoadBalancers`). */
export async function readDescription(c: StepContext, name: string): Promise<LoadBalancerDescription> {
  const input = { LoadBalancerNames: [name] }
  const { LoadBalancerDescriptions: found } = await elbApi(c, 'DescribeLoadBalancers', input, Descriptions)
  return ordered(found[0] ?? {})
}

/** Draining, logs, idle timeout and the like (`DescribeLoadBalancerAttributes`). */
export async function readAttributes(c: StepContext, name: string): Promise<LoadBalancerAttributes> {
  const input = { LoadBalancerName: name }
  const answer = await elbApi(c, 'DescribeLoadBalancerAttributes', input, Attributes)
  const { AccessLog, ConnectionDraining, ...others } = answer.LoadBalancerAttributes
  return ordered({
    ...others,
    ...(AccessLog && { AccessLog: inEffect(AccessLog) }),
    ...(ConnectionDraining && { ConnectionDraining: inEffect(ConnectionDraining) }),
  })
}

/** The policies, as far as they say something (`DescribeLoadBalancerPolicies`). */
export async function readPolicies(c: StepContext, name: string): Promise<PolicyDescription[]> {
  const input = { LoadBalancerName: name }
  const { PolicyDescriptions } = await elbApi(c, 'DescribeLoadBalancerPolicies', input, Policies)
  return ordered(
    PolicyDescriptions.map((policy) => ({
      ...policy,
      PolicyAttributeDescriptions: (policy.PolicyAttributeDescriptions ?? []).filter(
        ({ AttributeValue: value = '' }) =>
          // AWS describes every cipher that it ever knew, and does not take all of them back, off as they are.
          value !== '' && !(policy.PolicyTypeName === sslNegotiation && value.toLowerCase() === 'false'),
      ),
    })),
  )
}

/** The tags (`DescribeTags`); undefined when there is no such balancer. */
export async function readTags(c: StepContext, name: string): Promise<Tag[] | undefined> {
  try {
    const { TagDescriptions } = await elbApi(c, 'DescribeTags', { LoadBalancerNames: [name] }, Tags)
    return ordered(TagDescriptions.flatMap(({ Tags = [] }) => Tags))
  } catch (error) {
    if (awsCode(error) === 'LoadBalancerNotFound') return undefined
    throw error
  }
}

/** What is off does nothing with its other settings, and AWS does not take all of them then. */
const inEffect = <Part extends { Enabled: boolean | undefined }>(part: Part): Part | { Enabled: false } =>
  part.Enabled ? part : { Enabled: false }
