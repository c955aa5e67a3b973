import { ec2Api, filteredPages, type LoadBalancer, membersOf } from '@viridian/aws'
import type { StepContext } from '@viridian/core'
import { z } from '@viridian/core/zod'

const Described = z.object({
  Reservations: z.array(
    z.object({
      Instances: z.array(z.object({ InstanceId: z.string(), State: z.object({ Name: z.string() }) })),
    }),
  ),
  NextToken: z.string().optional(),
})

/** Registers instances with a balancer; without any it asks for nothing. */
export async function register(
  c: StepContext,
  balancer: LoadBalancer,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await membersOf(balancer).register(c, ids)
}

/** Takes instances out of a balancer; without any it asks for nothing. */
export async function deregister(
  c: StepContext,
  balancer: LoadBalancer,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await membersOf(balancer).deregister(c, ids)
}

/**
 * Registers those of them that run: AWS refuses all for one that it does not know any more, and may take one that has ended
 * a moment ago.
 *
 * @returns those that it has registered
 */
export async function registerRunning(
  c: StepContext,
  balancer: LoadBalancer,
  ids: readonly string[],
): Promise<string[]> {
  const running = await runningOf(c, ids)
  await register(c, balancer, running)
  return running
}

async function runningOf(c: StepContext, Values: readonly string[]): Promise<string[]> {
  const found = await filteredPages({ Name: 'instance-id', Values }, async (Filters, NextToken) => {
    const page = await ec2Api(c, 'DescribeInstances', { Filters, NextToken }, Described)
    return { items: page.Reservations.flatMap(({ Instances }) => Instances), next: page.NextToken }
  })
  return found.filter(({ State }) => State.Name === 'running').map(({ InstanceId }) => InstanceId)
}
