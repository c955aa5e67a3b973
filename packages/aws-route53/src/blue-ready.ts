import {
  balancerName,
  classicOnly,
  inServiceWithinMs,
  type LoadBalancer,
  listClassicBalancers,
  lookFor,
  membersOf,
  poll,
} from '@viridian/aws'
import { isViridianError, type StepContext, ViridianError } from '@viridian/core'

/** Where traffic goes back to, and when it may. */
export interface WayBack {
  readonly name: string
  readonly from: LoadBalancer
  readonly to: LoadBalancer
  /** How many in service are enough. */
  readonly capacity: number
  /** @default as long as the balancer's health checks may take */
  readonly withinMs?: number | undefined
}

/**
 * Waits until the balancer that traffic goes back to can serve it: as many in service as were before, or, when time is
 * up, as many as where it is now (`DescribeInstanceHealth`). Where nobody is registered with it, or it is gone, there is
 * nobody to wait for.
 *
 * @throws ViridianError `E_BLUE_UNHEALTHY`
 */
export async function waitReady(c: StepContext, way: WayBack): Promise<void> {
  const { from, to, capacity } = way
  if (capacity > 0 && !(await lookFor(c, () => hasMembers(c, from))))
    throw unhealthy(way, 0, await servingAt(c, to))
  try {
    await poll(c, {
      what: `${capacity} in service at ${balancerName(from)}`,
      deadlineMs: way.withinMs ?? inServiceWithinMs([from]),
      look: async () => {
        const count = await servingAt(c, from)
        const waiting = `${count} of ${capacity} in service at ${balancerName(from)}`
        return count >= capacity ? { done: undefined } : { waiting }
      },
    })
  } catch (error) {
    if (!isViridianError(error) || error.code !== 'E_WAIT_TIMEOUT') throw error
    const [old, present] = await Promise.all([servingAt(c, from), servingAt(c, to)])
    if (old < present) throw unhealthy(way, old, present, error)
  }
}

async function hasMembers(c: StepContext, balancer: LoadBalancer): Promise<boolean> {
  const all = await listClassicBalancers(c)
  return all.some(({ name, instances }) => name === classicOnly(balancer).name && instances.length > 0)
}

const servingAt = async (c: StepContext, balancer: LoadBalancer): Promise<number> =>
  (await membersOf(balancer).inService(c)).length

const unhealthy = ({ name, from, to, capacity }: WayBack, old: number, present: number, cause?: unknown) =>
  new ViridianError(
    'E_BLUE_UNHEALTHY',
    `${name} stays at ${balancerName(to)} (${present} in service): ${balancerName(from)} has ${old} of ${capacity} in service`,
    {
      hint: `bring the instances behind ${balancerName(from)} back in service, then: tasks rollback`,
      place: { call: 'elasticloadbalancing:DescribeInstanceHealth' },
      cause,
    },
  )
