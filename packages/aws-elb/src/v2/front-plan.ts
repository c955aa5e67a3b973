import type { Action, Listener } from '@aws-sdk/client-elastic-load-balancing-v2'
import { balancerTitle, type LoadBalancer, type LoadBalancerV2 } from '@viridian/aws'
import { defineRead, type StepContext, type Steps, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { LoadBalancerRef, loadBalancerRef } from '../resource-ref.ts'
import { usedFronts } from '../used-fronts.ts'
import { forwardedTo } from './actions.ts'
import { capacityCalls, readCapacity } from './capacity.ts'
import { isProtected } from './deletion-protection.ts'
import { isSecure, readListeners, readLoadBalancer, readOtherCertificates, readRules } from './settings.ts'
import { readWebAcl, webAclCalls } from './web-acl.ts'

const Named = z.strictObject({
  arn: z.string(),
  /** In words: `listener HTTPS at 443 of web`. */
  title: z.string(),
})

/** What a load balancer has, each a step of its copy. */
export const FrontPlan = z.strictObject({
  listeners: z.array(Named.extend({ certificates: z.array(z.string()), rules: z.array(Named) })),
  /** The web ACL that guards it, by its ARN. */
  webAcl: z.string().nullable(),
  /** The capacity units that are reserved for it. */
  capacity: z.int().nullable(),
  /** Whether it is protected from being deleted. */
  isProtected: z.boolean(),
  /** Whether its security groups let through whatever comes by PrivateLink. */
  trustsPrivateLink: z.boolean(),
})
export type FrontPlan = z.infer<typeof FrontPlan>

const listenersCall = 'elasticloadbalancing:DescribeListeners'
const balancersCall = 'elasticloadbalancing:DescribeLoadBalancers'

/**
 * Reads what an Application or Network Load Balancer has, and whether a copy of it can be whole.
 *
 * @throws ViridianError `E_BALANCER_SHARED`, `E_BALANCER_UNSUPPORTED`, `E_WEB_ACL_UNKNOWN`
 */
export const readFrontPlan = defineRead({
  name: 'aws-elb/read-front-plan',
  version: 1,
  input: z.strictObject({
    balancer: LoadBalancerRef,
    /** The ARNs of the target groups that are copied with it. */
    targetGroups: z.array(z.string()),
  }),
  output: FrontPlan,
  calls: [
    ...[balancersCall, listenersCall, 'elasticloadbalancing:DescribeListenerCertificates'],
    ...['elasticloadbalancing:DescribeRules', 'elasticloadbalancing:DescribeLoadBalancerAttributes'],
    ...capacityCalls,
    ...webAclCalls,
  ],
  title: ({ balancer }) => `read what ${balancerTitle(balancer)} has`,
  run: async ({ balancer, targetGroups }, c) => {
    const trustsPrivateLink = await readPlace(c, balancer)
    const listeners = await Promise.all(
      (await readListeners(c, balancer.arn)).map((listener) =>
        planOf(c, balancer, listener, new Set(targetGroups)),
      ),
    )
    return {
      listeners,
      webAcl: await readWebAcl(c, balancer),
      capacity: await readCapacity(c, balancer.arn),
      isProtected: (await isProtected(c, balancer.arn)) ?? false,
      trustsPrivateLink,
    }
  },
})

/** A load balancer to copy, and what it has. */
export interface PlannedFront {
  readonly balancer: LoadBalancerV2
  readonly plan: FrontPlan
}

/**
 * Reads what the load balancers have that use these target groups, each with those of them that it uses; classic ones are
 * passed over. A load balancer of which no whole copy can be made is refused.
 *
 * @throws ViridianError `E_BALANCER_UNUSED`, `E_BALANCER_SHARED`, `E_BALANCER_UNSUPPORTED`, `E_WEB_ACL_UNKNOWN`
 */
export async function planFronts(t: Steps, balancers: readonly LoadBalancer[]): Promise<PlannedFront[]> {
  const plans: PlannedFront[] = []
  for (const front of usedFronts(balancers)) {
    if (front.kind === 'classic') continue
    const { targetGroups, ...balancer } = front
    refuseGateway(balancer)
    const arns = targetGroups.map(({ arn }) => arn)
    const plan = await t.step(readFrontPlan, { balancer: loadBalancerRef(balancer), targetGroups: arns })
    plans.push({ balancer, plan })
  }
  return plans
}

/** A Gateway Load Balancer has no name that users ask for. */
function refuseGateway(balancer: LoadBalancerV2): void {
  if (balancer.kind === 'gateway')
    throw unsupported(
      `${balancerTitle(balancer)} is a Gateway Load Balancer, which has no name that users ask for`,
      otherWay,
    )
}

const otherWay = 'deploy:bluegreen of the template instance-swap replaces the instances behind it'

/** Refuses addresses that were chosen for it: two load balancers cannot have the same. */
async function readPlace(c: StepContext, balancer: LoadBalancerRef): Promise<boolean> {
  const described = await readLoadBalancer(c, balancer.arn)
  const addresses = (described.AvailabilityZones ?? []).flatMap((zone) => zone.LoadBalancerAddresses ?? [])
  const own = addresses.flatMap(({ AllocationId, IpAddress, PrivateIPv4Address }) =>
    AllocationId === undefined ? (PrivateIPv4Address ?? []) : (IpAddress ?? AllocationId),
  )
  if (own.length > 0)
    throw unsupported(
      `${balancerTitle(balancer)} has addresses that were chosen for it (${own.join(', ')}), and no other can have them`,
      `users and firewalls may know these addresses: ${otherWay}`,
    )
  return described.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic === 'off'
}

async function planOf(
  c: StepContext,
  balancer: LoadBalancerRef,
  listener: Listener,
  copied: ReadonlySet<string>,
): Promise<FrontPlan['listeners'][number]> {
  const { ListenerArn: arn = '', Protocol, Port, DefaultActions = [] } = listener
  const title = `listener ${Protocol} at ${Port} of ${balancer.name}`
  refuseActions(balancer, title, DefaultActions, copied)
  const rules = balancer.kind === 'application' ? await readRules(c, arn) : []
  return {
    arn,
    title,
    certificates: isSecure(listener) ? await readOtherCertificates(c, arn) : [],
    rules: rules.map((rule) => {
      const named = { arn: rule.RuleArn ?? '', title: `rule ${rule.Priority} of ${title}` }
      refuseActions(balancer, named.title, rule.Actions ?? [], copied)
      return named
    }),
  }
}

function refuseActions(
  balancer: LoadBalancerRef,
  title: string,
  actions: readonly Action[],
  copied: ReadonlySet<string>,
): void {
  const other = forwardedTo(actions).find((arn) => !copied.has(arn))
  if (other !== undefined)
    throw new ViridianError(
      'E_BALANCER_SHARED',
      `${balancerTitle(balancer)} sends users to other target groups too: ${title} to ${groupName(other)}`,
      {
        hint: `AWS lets a target group be of one load balancer only, so that a copy could not send them there: ${otherWay}`,
        place: { call: listenersCall },
        refused: true,
      },
    )
  if (actions.some(({ Type }) => Type === 'authenticate-oidc'))
    throw unsupported(
      `${title} signs users in by OpenID Connect, and AWS does not show the client's secret`,
      `a copy could not sign anybody in: ${otherWay}`,
      listenersCall,
    )
}

/** `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/73e2d6bc24d8a067` is `web`. */
const groupName = (arn: string): string => arn.split('/').at(-2) ?? arn

const unsupported = (message: string, hint: string, call = balancersCall): ViridianError =>
  new ViridianError('E_BALANCER_UNSUPPORTED', message, { hint, place: { call }, refused: true })
