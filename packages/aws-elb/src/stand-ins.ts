import { autoScalingApi, balancerName, healthCall, type LoadBalancer, membersOf } from '@viridian/aws'
import { type StepContext, ViridianError } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { waitInService } from './in-service.ts'
import { registerRunning } from './registration.ts'

/** Whom instances are registered to replace: those of a group. */
export const Replaced = z.strictObject({ group: z.string(), ids: z.array(z.string()) })
export type Replaced = z.infer<typeof Replaced>

const Groups = z.object({
  AutoScalingGroups: z.array(
    z.object({
      Instances: z
        .array(z.object({ InstanceId: z.string(), LifecycleState: z.string(), HealthStatus: z.string() }))
        .default([]),
    }),
  ),
})

interface Leaving {
  readonly balancer: LoadBalancer
  /** Who is to be taken out. */
  readonly ids: readonly string[]
  /** Who was in service beside them. */
  readonly serving: readonly string[]
  readonly replaced: Replaced | undefined
}

/**
 * Sees that users of a balancer are served without those that are to be taken out. In place of each of the replaced group
 * that was in service and is lost, one that the group has now is registered, and seen in service.
 *
 * @throws ViridianError `E_NOT_IN_SERVICE`
 */
export async function seeServedWithout(
  c: StepContext,
  { balancer, ids, serving, replaced }: Leaving,
): Promise<void> {
  const now = await membersOf(balancer).inService(c)
  const lost = replaced ? serving.filter((id) => replaced.ids.includes(id) && !now.includes(id)) : []
  const members = replaced && lost.length > 0 ? await servingIn(c, replaced.group) : []
  const standIns = members.filter((id) => !ids.includes(id) && !serving.includes(id)).slice(0, lost.length)
  await waitInService(c, [balancer], await registerRunning(c, balancer, standIns))
  const isServed = now.some((id) => !ids.includes(id)) || standIns.length > 0
  if (serving.length > 0 && !isServed) throw noneLeft(balancer, serving)
}

/** Those that serve in a group; none when it is gone. */
async function servingIn(c: StepContext, name: string): Promise<string[]> {
  const input = { AutoScalingGroupNames: [name] }
  const { AutoScalingGroups } = await autoScalingApi(c, 'DescribeAutoScalingGroups', input, Groups)
  return AutoScalingGroups.flatMap(({ Instances }) => Instances)
    .filter(
      ({ LifecycleState, HealthStatus }) => LifecycleState === 'InService' && HealthStatus === 'Healthy',
    )
    .map(({ InstanceId }) => InstanceId)
    .sort()
}

const noneLeft = (balancer: LoadBalancer, ids: readonly string[]): ViridianError =>
  new ViridianError(
    'E_NOT_IN_SERVICE',
    `of ${ids.join(', ')} none serves at ${balancerName(balancer)} any more`,
    {
      hint: `what took their place stays there: register with it who is to serve (${membersOf(balancer).registerCommand}), and go back once more: tasks rollback`,
      place: { call: healthCall(balancer) },
    },
  )
