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
    healthCommand: `aws elbv2 describe-target-health --target-group-arn ${TargetGroupArn}`,
    health: async (c, ids) => {
      const targets = ids.length === 0 ? [] : await targetsOf(c, TargetGroupArn)
      return ids.map((id) => ({
        balancer,
        id,
        ...judgement(targets.filter(({ Target }) => Target.Id === id)),
      }))
    },
    registered: async (c) => idsOf(await targetsLeft(c, TargetGroupArn)),
    inService: async (c) => {
      const targets = await targetsLeft(c, TargetGroupArn)
      return idsOf(targets.filter(({ TargetHealth }) => TargetHealth.State === 'healthy'))
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

/** All targets; none when the target group is gone. */
async function targetsLeft(c: StepContext, arn: string): Promise<readonly Target[]> {
  try {
    return await targetsOf(c, arn)
  } catch (error) {
    if (isBalancerGone(error)) return []
    throw error
  }
}

const idsOf = (targets: readonly Target[]): string[] => [...new Set(targets.map(({ Target }) => Target.Id))]

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
