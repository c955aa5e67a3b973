import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { type BalancerMembers, isBalancerGone, type MemberHealth } from './balancer-members.ts'
import { elbV2Api } from './elastic-load-balancing-v2.ts'
import type { BalancerRef, TargetGroup } from './load-balancer.ts'

const Health = z.object({
  TargetHealthDescriptions: z.array(
    z.object({
      Target: z.object({ Id: z.string(), Port: z.int().optional() }),
      TargetHealth: z.object({
        State: z.string(),
        Reason: z.string().optional(),
        Description: z.string().optional(),
      }),
    }),
  ),
})

type TargetGroupRef = Extract<BalancerRef, { kind: 'targetGroup' }>
type Target = z.infer<typeof Health>['TargetHealthDescriptions'][number]

/** Who is behind a target group. */
export const targetGroupMembers = (balancer: TargetGroupRef): BalancerMembers => {
  const { arn: TargetGroupArn } = balancer
  return {
    registerCommand: 'aws elbv2 register-targets',
    healthCall: 'elasticloadbalancing:DescribeTargetHealth',
    healthCommand: `aws elbv2 describe-target-health --target-group-arn ${TargetGroupArn}`,
    health: async (c, ids) => {
      const targets = ids.length === 0 ? [] : await targetsOf(c, TargetGroupArn)
      return ids.map((id) => ({
        balancer,
        id,
        ...judgement(targets.filter(({ Target }) => Target.Id === id)),
      }))
    },
    inService: async (c) => {
      try {
        const targets = await targetsOf(c, TargetGroupArn)
        const well = targets.filter(({ TargetHealth }) => TargetHealth.State === 'healthy')
        return [...new Set(well.map(({ Target }) => Target.Id))]
      } catch (error) {
        if (isBalancerGone(error)) return []
        throw error
      }
    },
    register: async (c, ids) => {
      const Targets = ids.map((Id) => ({ Id }))
      await elbV2Api(c, 'RegisterTargets', { TargetGroupArn, Targets }, z.unknown())
    },
    deregister: async (c, ids) => {
      const Targets = ids.map((Id) => ({ Id }))
      await elbV2Api(c, 'DeregisterTargets', { TargetGroupArn, Targets }, z.unknown())
    },
  }
}

/**
 * The ids of all that are registered, in service or not, and of those that are still draining; none when it is gone
 * (`DescribeTargetHealth`).
 *
 * @example
 * ```ts
 * const taken = (await targetIds(c, service.arn)).filter((id) => ids.includes(id))
 * ```
 */
export async function targetIds(c: StepContext, arn: string): Promise<string[]> {
  try {
    return [...new Set((await targetsOf(c, arn)).map(({ Target }) => Target.Id))]
  } catch (error) {
    if (isBalancerGone(error)) return []
    throw error
  }
}

/**
 * Those that are registered at another port than the target group's own, in words (`DescribeTargetHealth`).
 *
 * @example
 * ```ts
 * await atOtherPorts(c, service) // ['i-0123456789abcdef0 at port 8081']
 * ```
 */
export async function atOtherPorts(c: StepContext, { arn, port }: TargetGroup): Promise<string[]> {
  const others = (await targetsOf(c, arn)).filter(({ Target }) => (Target.Port ?? port) !== port)
  return others.map(({ Target }) => `${Target.Id} at port ${Target.Port}`)
}

/**
 * All targets. Asked for some, AWS refuses to speak of any when EC2 does not know one any more, and sees none that is
 * registered at another port than the group's.
 */
async function targetsOf(c: StepContext, TargetGroupArn: string): Promise<readonly Target[]> {
  const { TargetHealthDescriptions } = await elbV2Api(c, 'DescribeTargetHealth', { TargetGroupArn }, Health)
  return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth.Reason !== 'Target.NotRegistered')
}

/** What is thought of an instance, at whichever ports it is registered: the worst of it. */
function judgement(targets: readonly Target[]): Pick<MemberHealth, 'state' | 'reason'> {
  const worst = targets.find(({ TargetHealth }) => TargetHealth.State !== 'healthy') ?? targets[0]
  if (!worst) return { state: 'Absent', reason: '' }
  const { State, Reason, Description } = worst.TargetHealth
  return {
    state: words.get(State) ?? State,
    reason: [Reason, Description].filter((text) => text).join(': '),
  }
}

/** Of AWS's words for a target those that mean what is said of instances behind classic load balancers. */
const words: ReadonlyMap<string, string> = new Map([
  ['healthy', 'InService'],
  ['draining', 'Draining'],
])
