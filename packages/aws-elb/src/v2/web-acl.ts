import { createRequire } from 'node:module'
import type * as Sdk from '@aws-sdk/client-wafv2'
import { awsCode, balancerTitle, defineService, findMade, poll, type Service } from '@viridian/aws'
import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { defineCopyPart } from '../copy-part.ts'
import { LoadBalancerRef } from '../resource-ref.ts'

const require = createRequire(import.meta.url)

/** Calls AWS WAF; see {@link Service}. */
const wafApi: Service<typeof Sdk> = defineService<typeof Sdk>({
  name: 'wafv2',
  load: () => require('@aws-sdk/client-wafv2'),
  client: (sdk, settings) => new sdk.WAFV2Client(settings),
})

const Associated = z.object({ WebACL: z.object({ ARN: z.string() }).optional() })

/** For so long may WAF not know a load balancer that has just been made. */
const knownWithinMs = 600_000

/** The calls by which the web ACL of a load balancer is read. */
export const webAclCalls = ['wafv2:GetWebACLForResource']

/**
 * The web ACL that guards a load balancer, by its ARN; null for none, as for a Network Load Balancer, which has none
 * (`GetWebACLForResource`).
 *
 * @throws ViridianError `E_WEB_ACL_UNKNOWN` when nobody may ask
 */
export async function readWebAcl(c: StepContext, balancer: LoadBalancerRef): Promise<string | null> {
  if (balancer.kind !== 'application') return null
  try {
    const input = { ResourceArn: balancer.arn }
    const asked = () => wafApi(c, 'GetWebACLForResource', input, Associated)
    return (await onceKnown(c, balancer, asked)).WebACL?.ARN ?? null
  } catch (error) {
    if (!/^AccessDenied/.test(awsCode(error) ?? '')) throw error
    throw new ViridianError(
      'E_WEB_ACL_UNKNOWN',
      `whether a web ACL guards ${balancerTitle(balancer)} may not be asked`,
      {
        hint: 'allow wafv2:GetWebACLForResource and wafv2:GetWebACL in the IAM policy: without it a copy might let in what is kept out today',
        place: { call: 'wafv2:GetWebACLForResource' },
        cause: error,
        refused: true,
      },
    )
  }
}

/** Puts the copy of a load balancer behind the web ACL of its original (`AssociateWebACL`). Undone with the copy. */
export const associateWebAcl = defineCopyPart({
  name: 'aws-elb/associate-web-acl',
  version: 1,
  input: z.strictObject({ webAcl: z.string(), copy: LoadBalancerRef }),
  output: z.null(),
  copyOf: ({ copy }) => copy,
  calls: ['wafv2:AssociateWebACL', 'elasticloadbalancing:SetWebACL', ...webAclCalls],
  title: ({ webAcl, copy }) => `put ${balancerTitle(copy)} behind web ACL ${nameOf(webAcl)}`,
  run: async ({ webAcl, copy }, c) => {
    const input = { WebACLArn: webAcl, ResourceArn: copy.arn }
    await onceKnown(c, copy, () => wafApi(c, 'AssociateWebACL', input, z.unknown()))
    return null
  },
  find: ({ webAcl, copy }, c) => findMade(c, async () => (await readWebAcl(c, copy)) === webAcl),
})

/** Asks WAF again while it does not know a load balancer yet. */
const onceKnown = <Answer>(
  c: StepContext,
  balancer: LoadBalancerRef,
  ask: () => Promise<Answer>,
): Promise<Answer> =>
  poll(c, {
    what: `${balancerTitle(balancer)} known to WAF`,
    deadlineMs: knownWithinMs,
    look: async () => {
      try {
        return { done: await ask() }
      } catch (error) {
        if (awsCode(error) !== 'WAFUnavailableEntityException') throw error
        return { waiting: `WAF does not know ${balancerTitle(balancer)} yet` }
      }
    },
  })

/** `arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1a2b` is `shop`. */
const nameOf = (webAcl: string): string => webAcl.split('/').at(-2) ?? webAcl
