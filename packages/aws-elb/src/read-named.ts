import {
  atOtherPorts,
  type BalancerRef,
  balancerThing,
  balancerTitle,
  type LoadBalancer,
  listClassicBalancers,
  listTargetGroups,
  readClassicBalancers,
  readTargetGroups,
  type TargetGroup,
} from '@viridian/aws'
import { type StepContext, suggestion, ViridianError } from '@viridian/core'

/**
 * Reads the balancers that a person has named, in their order: a classic load balancer or a target group, by name or ARN.
 *
 * @throws ViridianError `E_BALANCER_NOT_FOUND`, with the names that they may have been; `E_BALANCER_AMBIGUOUS`;
 * `E_BALANCER_UNUSED`; `E_BALANCER_UNSUPPORTED`
 */
export async function readNamed(c: StepContext, names: readonly string[]): Promise<LoadBalancer[]> {
  if (names.length === 0) return []
  const known = await listAll(c)
  const named = names.map((name) => find(name, known))
  const classic = named.filter(({ kind }) => kind === 'classic').map(({ name }) => name)
  const arns = named.flatMap((each) => (each.kind === 'targetGroup' ? [each.arn] : []))
  const [balancers, targetGroups] = await Promise.all([
    readClassicBalancers(c, [...new Set(classic)]),
    readTargetGroups(c, [...new Set(arns)]),
  ])
  for (const targetGroup of targetGroups) await refuseUnfit(c, targetGroup)
  const read = new Map([...balancers, ...targetGroups].map((each) => [balancerThing(each), each]))
  return [...new Set(named.map(balancerThing))].flatMap((thing) => read.get(thing) ?? [])
}

async function listAll(c: StepContext): Promise<BalancerRef[]> {
  const [classic, targetGroups] = await Promise.all([listClassicBalancers(c), listTargetGroups(c)])
  return [
    ...classic.map(({ name }) => ({ kind: 'classic', name }) as const),
    ...targetGroups.map((each) => ({ kind: 'targetGroup', ...each }) as const),
  ]
}

function find(text: string, known: readonly BalancerRef[]): BalancerRef {
  const [, name] = /^arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:loadbalancer\/([^/]+)$/.exec(text) ?? []
  const found = known.filter((each) =>
    name === undefined
      ? each.name === text || (each.kind === 'targetGroup' && each.arn === text)
      : each.kind === 'classic' && each.name === name,
  )
  const [only, other] = found
  if (!only) throw missing(text, known)
  if (!other) return only
  throw new ViridianError(
    'E_BALANCER_AMBIGUOUS',
    `"${text}" is ${balancerTitle(only)}, and ${balancerTitle(other)}`,
    {
      hint: `give the ARN of the one that is meant: arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/${text} is the classic load balancer's`,
      refused: true,
    },
  )
}

function missing(text: string, known: readonly BalancerRef[]): ViridianError {
  const names = known.map(({ name }) => name)
  return new ViridianError(
    'E_BALANCER_NOT_FOUND',
    `no classic load balancer and no target group is "${text}"`,
    {
      hint: /:loadbalancer\/(app|net|gwy)\//.test(text)
        ? 'name the target group that its listener forwards to'
        : (suggestion(text, names) ??
          (names.length > 0
            ? `there are ${names.slice(0, 8).join(', ')}; of an Application or Network Load Balancer name the target group`
            : 'there is none at all')),
      place: { call: 'elasticloadbalancing:DescribeLoadBalancers' },
    },
  )
}

async function refuseUnfit(c: StepContext, targetGroup: TargetGroup): Promise<void> {
  const { name, port, balancers } = targetGroup
  if (balancers.length === 0)
    throw new ViridianError('E_BALANCER_UNUSED', `no load balancer uses target group ${name}`, {
      hint: `its targets are never asked, and so never healthy: let a listener forward to it (aws elbv2 create-listener), or leave it out`,
      place: { call: 'elasticloadbalancing:DescribeTargetGroups' },
      refused: true,
    })
  const others = await atOtherPorts(c, targetGroup)
  if (others.length > 0)
    throw new ViridianError(
      'E_BALANCER_UNSUPPORTED',
      `target group ${name} has ${others.join(', ')}, and others would be registered at its own, ${port}`,
      {
        hint: 'give the fleet a target group of its own, whose port is the one that it serves at',
        place: { call: 'elasticloadbalancing:DescribeTargetHealth' },
        refused: true,
      },
    )
}
