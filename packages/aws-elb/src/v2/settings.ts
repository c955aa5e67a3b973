import type {
  Certificate,
  Listener,
  LoadBalancer,
  Rule,
  Tag,
  TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { allPages, decoded, elbV2Api, isBalancerGone } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'

const NextMarker = z.string().optional()
const LoadBalancers = z.object({ LoadBalancers: z.array(decoded<LoadBalancer>()).length(1) })
const TargetGroups = z.object({ TargetGroups: z.array(decoded<TargetGroup>()).length(1) })
const Listeners = z.object({ Listeners: z.array(decoded<Listener>()), NextMarker })
const Rules = z.object({ Rules: z.array(decoded<Rule>()), NextMarker })
const Certificates = z.object({ Certificates: z.array(decoded<Certificate>()), NextMarker })
const Tags = z.object({
  TagDescriptions: z.array(z.object({ ResourceArn: z.string(), Tags: z.array(decoded<Tag>()).default([]) })),
})

/** As many ARNs as `DescribeTags` takes. */
const arnsInACall = 20

/** What a load balancer is made with, and has (`DescribeLoadBalancers`). */
export async function readLoadBalancer(c: StepContext, arn: string): Promise<LoadBalancer> {
  const answer = await elbV2Api(c, 'DescribeLoadBalancers', { LoadBalancerArns: [arn] }, LoadBalancers)
  return answer.LoadBalancers[0] ?? {}
}

/** What a target group is made with, and has (`DescribeTargetGroups`). */
export async function readTargetGroup(c: StepContext, arn: string): Promise<TargetGroup> {
  const answer = await elbV2Api(c, 'DescribeTargetGroups', { TargetGroupArns: [arn] }, TargetGroups)
  return answer.TargetGroups[0] ?? {}
}

/** The listeners of a load balancer (`DescribeListeners`, every page). */
export const readListeners = (c: StepContext, LoadBalancerArn: string): Promise<Listener[]> =>
  allPages(async (Marker) => {
    const page = await elbV2Api(c, 'DescribeListeners', { LoadBalancerArn, Marker }, Listeners)
    return { items: page.Listeners, next: page.NextMarker }
  })

/** One listener (`DescribeListeners`). */
export async function readListener(c: StepContext, arn: string): Promise<Listener> {
  const answer = await elbV2Api(c, 'DescribeListeners', { ListenerArns: [arn] }, Listeners)
  return answer.Listeners[0] ?? {}
}

/** Whether a listener is encrypted: has certificates. */
export const isSecure = ({ Protocol = 'HTTP' }: Listener): boolean => /^(HTTPS|TLS)$/.test(Protocol)

/** The certificates that a listener has besides its default one, for other names (`DescribeListenerCertificates`, every page). */
export async function readOtherCertificates(c: StepContext, ListenerArn: string): Promise<string[]> {
  const all = await allPages(async (Marker) => {
    const page = await elbV2Api(c, 'DescribeListenerCertificates', { ListenerArn, Marker }, Certificates)
    return { items: page.Certificates, next: page.NextMarker }
  })
  return all.flatMap(({ CertificateArn, IsDefault }) =>
    IsDefault || !CertificateArn ? [] : [CertificateArn],
  )
}

/** The rules of a listener but for its default one (`DescribeRules`, every page). */
export async function readRules(c: StepContext, ListenerArn: string): Promise<Rule[]> {
  const all = await allPages(async (Marker) => {
    const page = await elbV2Api(c, 'DescribeRules', { ListenerArn, Marker }, Rules)
    return { items: page.Rules, next: page.NextMarker }
  })
  return all.filter(({ IsDefault }) => !IsDefault)
}

/** One rule (`DescribeRules`). */
export async function readRule(c: StepContext, arn: string): Promise<Rule> {
  return (await elbV2Api(c, 'DescribeRules', { RuleArns: [arn] }, Rules)).Rules[0] ?? {}
}

/** The tags of things that are there, by their ARNs (`DescribeTags`). */
export async function readTagsOf(
  c: StepContext,
  arns: readonly string[],
): Promise<ReadonlyMap<string, readonly Tag[]>> {
  const tags = new Map<string, readonly Tag[]>()
  for (let start = 0; start < arns.length; start += arnsInACall) {
    const input = { ResourceArns: arns.slice(start, start + arnsInACall) }
    const { TagDescriptions } = await elbV2Api(c, 'DescribeTags', input, Tags)
    for (const { ResourceArn, Tags } of TagDescriptions) tags.set(ResourceArn, Tags)
  }
  return tags
}

/** The tags of one thing (`DescribeTags`); undefined when it is gone. */
export async function readTagsV2(c: StepContext, arn: string): Promise<readonly Tag[] | undefined> {
  try {
    return (await readTagsOf(c, [arn])).get(arn) ?? []
  } catch (error) {
    if (isBalancerGone(error)) return undefined
    throw error
  }
}
