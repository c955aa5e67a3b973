import type { CreateListenerInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { copyOf, elbV2Api, findMade, lookFor, tagsOf } from '@viridian/aws'
import type { ChangeContext, Found, StepContext } from '@viridian/core'
import { placeholderText } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { isOwn, tagRecord } from '../balancer-resource.ts'
import { defineCopyPart } from '../copy-part.ts'
import { LoadBalancerRef } from '../resource-ref.ts'
import { CopiedGroups, conditionCopy, rewritten } from './actions.ts'
import { certificateFates, listenerFates, mutualFates, ruleFates } from './fates.ts'
import {
  readListener,
  readListeners,
  readOtherCertificates,
  readRule,
  readRules,
  readTagsOf,
  readTagsV2,
} from './settings.ts'

const Made = z.strictObject({ arn: z.string() })
type Made = z.infer<typeof Made>

const Part = z.strictObject({
  /** What is copied, by its ARN. */
  from: z.string(),
  /** In words. */
  title: z.string(),
  /** The copy of the load balancer. */
  copy: LoadBalancerRef,
})
const Routing = Part.extend({
  /** What the target groups of the original are in the copy. */
  groups: CopiedGroups,
})

const Listeners = z.object({ Listeners: z.tuple([z.object({ ListenerArn: z.string() })]) })
const Rules = z.object({ Rules: z.tuple([z.object({ RuleArn: z.string() })]) })

/**
 * Gives the copy of a load balancer a listener of the original, with its certificate, its policies, its mutual authentication
 * and its default actions, which lead to the copies of the target groups (`CreateListener`). Undone with the copy.
 */
export const createListener = defineCopyPart({
  name: 'aws-elb/create-listener',
  version: 1,
  input: Routing,
  output: Made,
  copyOf: ({ copy }) => copy,
  calls: [
    'elasticloadbalancing:CreateListener',
    'elasticloadbalancing:DescribeListeners',
    'elasticloadbalancing:AddTags',
    'elasticloadbalancing:DescribeTags',
  ],
  title: ({ title }) => `copy ${title}`,
  placeholder: ({ title }) => ({ arn: placeholderText(`ARN of the copy of ${title}`) }),
  run: async ({ from, copy, groups }, c) => {
    const original = await readListener(c, from)
    const { Certificates, MutualAuthentication, ...copied } = copyOf(original, listenerFates)
    const input: CreateListenerInput = {
      ...copied,
      LoadBalancerArn: copy.arn,
      DefaultActions: rewritten(original.DefaultActions ?? [], groups),
      Certificates: Certificates?.map((each) => copyOf(each, certificateFates)),
      MutualAuthentication: MutualAuthentication && copyOf(MutualAuthentication, mutualFates),
      Tags: tagsOf(c, tagRecord(await readTagsV2(c, from))),
    }
    const { Listeners: made } = await elbV2Api(c, 'CreateListener', input, Listeners)
    return { arn: made[0].ListenerArn }
  },
  find: ({ copy }, c) =>
    findOwn(c, async () =>
      (await readListeners(c, copy.arn)).flatMap(({ ListenerArn }) => ListenerArn ?? []),
    ),
})

/** Gives the copy of a listener a certificate that its original has for other names (`AddListenerCertificates`). Undone with the copy. */
export const addCertificate = defineCopyPart({
  name: 'aws-elb/add-certificate',
  version: 1,
  /** `from` is the certificate. */
  input: Part.extend({ listener: z.string() }),
  output: z.null(),
  copyOf: ({ copy }) => copy,
  calls: [
    'elasticloadbalancing:AddListenerCertificates',
    'elasticloadbalancing:DescribeListenerCertificates',
  ],
  title: ({ from, title }) => `copy certificate ${from.replace(/^.*\//, '')} of ${title}`,
  run: async ({ from, listener }, c) => {
    const input = { ListenerArn: listener, Certificates: [{ CertificateArn: from }] }
    await elbV2Api(c, 'AddListenerCertificates', input, z.unknown())
    return null
  },
  find: ({ from, listener }, c) =>
    findMade(c, async () => (await readOtherCertificates(c, listener)).includes(from)),
})

/** Gives the copy of a listener a rule of its original, in its place (`CreateRule`). Undone with the copy. */
export const createRule = defineCopyPart({
  name: 'aws-elb/create-rule',
  version: 1,
  input: Routing.extend({ listener: z.string() }),
  output: Made,
  copyOf: ({ copy }) => copy,
  calls: [
    'elasticloadbalancing:CreateRule',
    'elasticloadbalancing:DescribeRules',
    'elasticloadbalancing:AddTags',
    'elasticloadbalancing:DescribeTags',
  ],
  title: ({ title }) => `copy ${title}`,
  placeholder: ({ title }) => ({ arn: placeholderText(`ARN of the copy of ${title}`) }),
  run: async ({ from, listener, groups }, c) => {
    const original = await readRule(c, from)
    const { Priority, Conditions = [], Transforms } = copyOf(original, ruleFates)
    const input = {
      ListenerArn: listener,
      Priority: Number(Priority),
      Conditions: Conditions.map(conditionCopy),
      Actions: rewritten(original.Actions ?? [], groups),
      Transforms,
      Tags: tagsOf(c, tagRecord(await readTagsV2(c, from))),
    }
    const { Rules: made } = await elbV2Api(c, 'CreateRule', input, Rules)
    return { arn: made[0].RuleArn }
  },
  find: ({ listener }, c) =>
    findOwn(c, async () => (await readRules(c, listener)).flatMap(({ RuleArn }) => RuleArn ?? [])),
})

/** The one of these that this step has made. */
async function findOwn(
  c: StepContext & Pick<ChangeContext<null>, 'token'>,
  list: () => Promise<readonly string[]>,
): Promise<Found<Made>> {
  const arn = await lookFor(c, async () => {
    const tags = await readTagsOf(c, await list())
    return [...tags].find(([, each]) => isOwn(each, c))?.[0]
  })
  return arn === undefined ? { status: 'absent' } : { status: 'done', output: { arn } }
}
