import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { awsCode } from './aws-error.ts'
import { elbApi } from './elastic-load-balancing.ts'
import type { ClassicLoadBalancer, LoadBalancer } from './load-balancer.ts'
import { balancerName } from './load-balancer.ts'

/** What a balancer thinks of one instance. */
export interface MemberHealth {
  /** The name of the balancer that was asked. */
  readonly balancer: string
  /** The id of the instance: `i-0123456789abcdef0`. */
  readonly id: string
  /** `InService`, `OutOfService` or `Unknown` as AWS says; `Draining` on its way out; `Absent`: not registered there. */
  readonly state: string
  /** AWS's own words, for people. */
  readonly reason: string
}

const Health = z.object({
  InstanceStates: z.array(
    z.object({
      InstanceId: z.string(),
      State: z.string(),
      ReasonCode: z.string().optional(),
      Description: z.string().optional(),
    }),
  ),
})

/**
 * What balancers think of exactly these instances (`DescribeInstanceHealth`): one answer an instance and balancer,
 * whatever AWS leaves out.
 *
 * @example
 * ```ts
 * const members = await balancerHealth(c, blue.loadBalancers, ids)
 * const draining = members.filter(({ state }) => state === 'Draining')
 * ```
 */
export async function balancerHealth(
  c: StepContext,
  balancers: readonly LoadBalancer[],
  ids: readonly string[],
): Promise<MemberHealth[]> {
  const each = await Promise.all(balancers.map((balancer) => memberHealth(c, classicOnly(balancer), ids)))
  return each.flat()
}

/**
 * Those in service of all that are registered with a classic balancer (`DescribeInstanceHealth`); none when it is gone.
 *
 * @example
 * ```ts
 * const [anybody] = await inServiceAt(c, 'web') // 'i-0123456789abcdef0'
 * ```
 */
export async function inServiceAt(c: StepContext, name: string): Promise<string[]> {
  try {
    const { InstanceStates } = await elbApi(c, 'DescribeInstanceHealth', { LoadBalancerName: name }, Health)
    return InstanceStates.filter(({ State }) => State === 'InService').map(({ InstanceId }) => InstanceId)
  } catch (error) {
    if (awsCode(error) === 'LoadBalancerNotFound') return []
    throw error
  }
}

/**
 * One line a member that is not in service, for people; none when all are.
 *
 * @example
 * ```ts
 * notInService(await balancerHealth(c, blue.loadBalancers, ids)) // ['i-1 is OutOfService at web (ELB: Health checks failed)']
 * ```
 */
export const notInService = (members: readonly MemberHealth[]): string[] =>
  members
    .filter(({ state }) => state !== 'InService')
    .map(({ id, balancer, state, reason }) => `${id} is ${state} at ${balancer}${reason && ` (${reason})`}`)

/**
 * How long an instance may take to come into service once it is registered and answers, in milliseconds.
 *
 * @example
 * ```ts
 * // ten seconds between checks, three good ones wanted, five seconds for each
 * inServiceWithinMs(blue.loadBalancers) // 115_000
 * ```
 */
export function inServiceWithinMs(balancers: readonly LoadBalancer[]): number {
  const slack = 60
  const seconds = balancers.map(classicOnly).map(({ healthCheck }) => {
    const { interval, timeout, healthyThreshold } = healthCheck
    return interval * (healthyThreshold + 2) + timeout
  })
  return (Math.max(0, ...seconds) + slack) * 1000
}

/**
 * How long leaving balancers may take: the longest draining, and some time for AWS itself, in milliseconds.
 *
 * @example
 * ```ts
 * // draining takes a minute at most
 * leaveWithinMs(blue.loadBalancers) // 360_000
 * ```
 */
export function leaveWithinMs(balancers: readonly LoadBalancer[]): number {
  const slack = 300
  return (Math.max(0, ...balancers.map(classicOnly).map(({ drainSeconds }) => drainSeconds)) + slack) * 1000
}

/**
 * The balancer, if it is one that health can be asked of.
 *
 * @throws ViridianError `E_BALANCER_UNSUPPORTED`
 *
 * @example
 * ```ts
 * const { dnsName, zoneId } = classicOnly(front)
 * ```
 */
export function classicOnly(balancer: LoadBalancer): ClassicLoadBalancer {
  if (balancer.kind === 'classic') return balancer
  throw new ViridianError('E_BALANCER_UNSUPPORTED', `${balancerName(balancer)} is a target group`, {
    hint: 'this version works with classic load balancers only',
  })
}

async function memberHealth(
  c: StepContext,
  { name }: ClassicLoadBalancer,
  ids: readonly string[],
): Promise<MemberHealth[]> {
  const states = new Map((await statesOf(c, name, ids)).map((state) => [state.InstanceId, state]))
  return ids.map((id) => {
    const known = states.get(id)
    // AWS leaves out what is terminated, and answers for what is not registered any more, if it is named.
    if (!known || /not currently registered/.test(known.Description ?? ''))
      return { balancer: name, id, state: 'Absent', reason: '' }
    const told = [known.ReasonCode, known.Description].filter((text) => text && text !== 'N/A')
    // AWS calls it InService as long as connections under way are served; it gets no new ones.
    const draining = /deregistration currently in progress/.test(known.Description ?? '')
    return { balancer: name, id, state: draining ? 'Draining' : known.State, reason: told.join(': ') }
  })
}

async function statesOf(
  c: StepContext,
  LoadBalancerName: string,
  ids: readonly string[],
): Promise<z.infer<typeof Health>['InstanceStates']> {
  if (ids.length === 0) return []
  const Instances = ids.map((InstanceId) => ({ InstanceId }))
  try {
    const answer = await elbApi(c, 'DescribeInstanceHealth', { LoadBalancerName, Instances }, Health)
    return answer.InstanceStates
  } catch (error) {
    // One of them is not known to EC2 any more, and AWS refuses to speak of the others: asked for all, it does.
    if (awsCode(error) !== 'InvalidInstance') throw error
    return (await elbApi(c, 'DescribeInstanceHealth', { LoadBalancerName }, Health)).InstanceStates
  }
}
