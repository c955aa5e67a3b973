import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'
import { awsCode } from './aws-error.ts'
import { type BalancerMembers, isBalancerGone, type MemberHealth } from './balancer-members.ts'
import { elbApi } from './elastic-load-balancing.ts'
import type { BalancerRef } from './load-balancer.ts'

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

const Registered = z.object({
  LoadBalancerDescriptions: z.array(
    z.object({ Instances: z.array(z.object({ InstanceId: z.string() })).default([]) }),
  ),
})

type ClassicRef = Extract<BalancerRef, { kind: 'classic' }>
type State = z.infer<typeof Health>['InstanceStates'][number]

/** Who is behind a classic load balancer. */
export const classicMembers = (balancer: ClassicRef): BalancerMembers => {
  const { name: LoadBalancerName } = balancer
  return {
    registerCommand: 'aws elb register-instances-with-load-balancer',
    healthCommand: `aws elb describe-instance-health --load-balancer-name ${LoadBalancerName}`,
    health: async (c, ids) => {
      const states = new Map(
        (await statesOf(c, LoadBalancerName, ids)).map((state) => [state.InstanceId, state]),
      )
      return ids.map((id) => ({
        balancer,
        id,
        ...judgement(states.get(id)),
      }))
    },
    registered: async (c) => {
      try {
        const input = { LoadBalancerNames: [LoadBalancerName] }
        const { LoadBalancerDescriptions } = await elbApi(c, 'DescribeLoadBalancers', input, Registered)
        return LoadBalancerDescriptions.flatMap(({ Instances }) => Instances).map(idOf)
      } catch (error) {
        if (isBalancerGone(error)) return []
        throw error
      }
    },
    inService: async (c) => {
      try {
        const { InstanceStates } = await elbApi(c, 'DescribeInstanceHealth', { LoadBalancerName }, Health)
        return InstanceStates.filter(({ State }) => State === 'InService').map(idOf)
      } catch (error) {
        if (isBalancerGone(error)) return []
        throw error
      }
    },
    register: async (c, ids) => {
      const input = { LoadBalancerName, Instances: instancesOf(ids) }
      await elbApi(c, 'RegisterInstancesWithLoadBalancer', input, z.unknown())
    },
    deregister: async (c, ids) => {
      const input = { LoadBalancerName, Instances: instancesOf(ids) }
      await elbApi(c, 'DeregisterInstancesFromLoadBalancer', input, z.unknown())
    },
  }
}

function judgement(known: State | undefined): Pick<MemberHealth, 'state' | 'reason'> {
  // AWS leaves out what is terminated, and answers for what is not registered any more, if it is named.
  if (!known || /not currently registered/.test(known.Description ?? ''))
    return { state: 'Absent', reason: '' }
  const told = [known.ReasonCode, known.Description].filter((text) => text && text !== 'N/A')
  // AWS calls it InService as long as connections under way are served; it gets no new ones.
  const draining = /deregistration currently in progress/.test(known.Description ?? '')
  return { state: draining ? 'Draining' : known.State, reason: told.join(': ') }
}

async function statesOf(
  c: StepContext,
  LoadBalancerName: string,
  ids: readonly string[],
): Promise<readonly State[]> {
  if (ids.length === 0) return []
  try {
    const input = { LoadBalancerName, Instances: instancesOf(ids) }
    return (await elbApi(c, 'DescribeInstanceHealth', input, Health)).InstanceStates
  } catch (error) {
    // One of them is not known to EC2 any more, and AWS refuses to speak of the others: asked for all, it does.
    if (awsCode(error) !== 'InvalidInstance') throw error
    return (await elbApi(c, 'DescribeInstanceHealth', { LoadBalancerName }, Health)).InstanceStates
  }
}

const idOf = ({ InstanceId }: { readonly InstanceId: string }): string => InstanceId

const instancesOf = (ids: readonly string[]): { InstanceId: string }[] =>
  ids.map((InstanceId) => ({ InstanceId }))
