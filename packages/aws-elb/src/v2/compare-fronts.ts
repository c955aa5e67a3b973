import type { Listener, LoadBalancer, Rule, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import { balancerTitle, copyOf, type Difference, differences, type Fates, sayCompared } from '@viridian/aws'
import { defineCheck, type StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { ordered } from '../ordered.ts'
import { ownersTags, taggedFates } from '../owners-tags.ts'
import { LoadBalancerRef, TargetGroupRef } from '../resource-ref.ts'
import { type CopiedGroups, rewritten } from './actions.ts'
import { type Attributed, attributed, readAttributes } from './attributes.ts'
import { capacityCalls, readCapacity } from './capacity.ts'
import {
  certificateFates,
  listenerFates,
  loadBalancerFates,
  mutualFates,
  ruleFates,
  targetGroupFates,
  zoneFates,
} from './fates.ts'
import {
  isSecure,
  readListeners,
  readLoadBalancer,
  readOtherCertificates,
  readRules,
  readTagsOf,
  readTargetGroup,
} from './settings.ts'
import { readWebAcl, webAclCalls } from './web-acl.ts'

const pairOf = <Ref extends z.ZodType>(ref: Ref) => z.strictObject({ original: ref, copy: ref })
const Input = pairOf(LoadBalancerRef).extend({ targetGroups: z.array(pairOf(TargetGroupRef)) })
type Input = z.infer<typeof Input>

/**
 * Compares a load balancer and its target groups with their copies, member by member: descriptions, attributes, listeners,
 * certificates, rules, web ACL, reserved capacity, tags.
 */
export const compareFronts = defineCheck({
  name: 'aws-elb/compare-load-balancers',
  version: 1,
  input: Input,
  output: z.null(),
  calls: [
    ...['LoadBalancers', 'TargetGroups', 'Listeners', 'ListenerCertificates', 'Rules', 'Tags'],
    ...attributed.map((of) => `${of}Attributes`),
  ]
    .map((what) => `elasticloadbalancing:Describe${what}`)
    .concat(webAclCalls, capacityCalls),
  title: ({ original, copy }) => `compare ${original.name} with ${copy.name}`,
  run: async (input, c) => {
    const { original, copy } = input
    sayCompared(c, `${balancerTitle(original)} and its copy ${copy.name}`, [
      ...(await balancerDifferences(c, input)),
      ...(await guardDifferences(c, input)),
      ...(await listenersDifferences(c, input)),
      ...(await Promise.all(input.targetGroups.map((pair) => groupDifferences(c, pair, copy)))).flat(),
    ])
    return null
  },
})

async function balancerDifferences(c: StepContext, { original, copy }: Input): Promise<Difference[]> {
  const what = balancerTitle(original)
  const read = async (arn: string): Promise<LoadBalancer> => {
    const { AvailabilityZones = [], ...described } = await readLoadBalancer(c, arn)
    return ordered({
      ...described,
      AvailabilityZones: AvailabilityZones.map((each) => copyOf(each, zoneFates)),
    })
  }
  const names = { LoadBalancerArn: copy.arn, LoadBalancerName: copy.name }
  return [
    ...differences(what, await read(original.arn), await read(copy.arn), loadBalancerFates, names),
    ...(await attributeDifferences(c, what, 'LoadBalancer', [original.arn, copy.arn])),
    ...(await tagDifferences(c, what, [original.arn, copy.arn])),
  ]
}

/** What other calls than the describing one tell of it. */
async function guardDifferences(c: StepContext, { original, copy }: Input): Promise<Difference[]> {
  const [from, to] = await Promise.all(
    [original, copy].map(async (balancer) => ({
      WebACL: await readWebAcl(c, balancer),
      CapacityUnits: await readCapacity(c, balancer.arn),
    })),
  )
  const fates = { WebACL: 'copied', CapacityUnits: 'copied' } as const
  return from && to ? differences(balancerTitle(original), from, to, fates) : []
}

async function groupDifferences(
  c: StepContext,
  { original, copy }: Input['targetGroups'][number],
  front: LoadBalancerRef,
): Promise<Difference[]> {
  const what = balancerTitle(original)
  const read = async (arn: string): Promise<TargetGroup> => ordered(await readTargetGroup(c, arn))
  const names = {
    ...{ TargetGroupArn: copy.arn, TargetGroupName: copy.name },
    LoadBalancerArns: [front.arn],
  }
  return [
    ...differences(what, await read(original.arn), await read(copy.arn), targetGroupFates, names),
    ...(await attributeDifferences(c, what, 'TargetGroup', [original.arn, copy.arn])),
    ...(await tagDifferences(c, what, [original.arn, copy.arn])),
  ]
}

async function listenersDifferences(c: StepContext, input: Input): Promise<Difference[]> {
  const groups = Object.fromEntries(input.targetGroups.map(({ original, copy }) => [original.arn, copy.arn]))
  const [from, to] = await Promise.all([
    readListeners(c, input.original.arn),
    readListeners(c, input.copy.arn),
  ])
  const found = await Promise.all(
    pairsBy(({ Port }) => `${Port}`, from, to).map(([port, pair]) =>
      listenerDifferences(c, `${balancerTitle(input.original)}: listener at ${port}`, pair, {
        groups,
        balancer: input.copy,
      }),
    ),
  )
  return found.flat()
}

interface Rewriting {
  readonly groups: CopiedGroups
  readonly balancer: LoadBalancerRef
}

async function listenerDifferences(
  c: StepContext,
  what: string,
  [from, to]: Pair<Listener>,
  { groups, balancer }: Rewriting,
): Promise<Difference[]> {
  const names = {
    LoadBalancerArn: balancer.arn,
    DefaultActions: ordered(rewritten(from?.DefaultActions ?? [], groups)),
  }
  const described = differences(what, settled(from), settled(to), listenerFates, names)
  if (!from?.ListenerArn || !to?.ListenerArn) return described
  const arns: Pair<string> = [from.ListenerArn, to.ListenerArn]
  return [
    ...described,
    ...(await certificateDifferences(c, what, [from, to])),
    ...(await attributeDifferences(c, what, 'Listener', arns)),
    ...(await tagDifferences(c, what, arns)),
    ...(balancer.kind === 'application' ? await rulesDifferences(c, what, arns, groups) : []),
  ]
}

const settled = (listener: Listener = {}): Listener => {
  const { Certificates, MutualAuthentication } = listener
  return ordered({
    ...listener,
    ...(Certificates && { Certificates: Certificates.map((each) => copyOf(each, certificateFates)) }),
    ...(MutualAuthentication && { MutualAuthentication: copyOf(MutualAuthentication, mutualFates) }),
  })
}

async function certificateDifferences(
  c: StepContext,
  what: string,
  pair: readonly [Listener, Listener],
): Promise<Difference[]> {
  const [from, to] = await Promise.all(
    pair.map(async (listener) =>
      isSecure(listener) ? (await readOtherCertificates(c, listener.ListenerArn ?? '')).sort() : [],
    ),
  )
  return differences(what, { SniCertificates: from }, { SniCertificates: to }, { SniCertificates: 'copied' })
}

async function rulesDifferences(
  c: StepContext,
  what: string,
  [from, to]: Pair<string>,
  groups: CopiedGroups,
): Promise<Difference[]> {
  const rules = await Promise.all([from, to].map(async (arn) => (arn ? await readRules(c, arn) : [])))
  const pairs = pairsBy(({ Priority }: Rule) => Priority ?? '', rules[0] ?? [], rules[1] ?? [])
  const found = await Promise.all(
    pairs.map(async ([priority, [one, other]]) => {
      const rule = `${what}: rule ${priority}`
      const names = { Actions: ordered(rewritten(one?.Actions ?? [], groups)) }
      return [
        ...differences(rule, ordered(one ?? {}), ordered(other ?? {}), ruleFates, names),
        ...(await tagDifferences(c, rule, [one?.RuleArn, other?.RuleArn])),
      ]
    }),
  )
  return found.flat()
}

async function attributeDifferences(
  c: StepContext,
  what: string,
  of: Attributed,
  [from = '', to = '']: Pair<string>,
): Promise<Difference[]> {
  const [one, other] = await Promise.all([readAttributes(c, of, from), readAttributes(c, of, to)])
  const keys = Object.keys({ ...one, ...other }).sort()
  const fates: Fates<Record<string, string>> = Object.fromEntries(keys.map((key) => [key, 'copied']))
  return differences(what, one, other, fates)
}

async function tagDifferences(
  c: StepContext,
  what: string,
  [from = '', to = '']: Pair<string>,
): Promise<Difference[]> {
  const tags = await readTagsOf(
    c,
    [from, to].filter((arn) => arn !== ''),
  )
  const [one, other] = [from, to].map((arn) => ordered(ownersTags(tags.get(arn))))
  return one && other ? differences(what, one, other, taggedFates) : []
}

type Pair<Thing> = readonly [Thing | undefined, Thing | undefined]

/** Things and their copies, by what is the same of both; undefined for one that is missing. */
function pairsBy<Thing>(
  keyOf: (thing: Thing) => string,
  originals: readonly Thing[],
  copies: readonly Thing[],
): [string, Pair<Thing>][] {
  const [from, to] = [originals, copies].map((all) => new Map(all.map((each) => [keyOf(each), each])))
  const keys = new Set([...(from?.keys() ?? []), ...(to?.keys() ?? [])])
  return [...keys].map((key) => [key, [from?.get(key), to?.get(key)]])
}
