import {
  balancerName,
  balancersOf,
  type Front,
  healthCall,
  inServiceWithinMs,
  lookFor,
  membersOf,
  poll,
} from '@viridian/aws'
import { isViridianError, type StepContext, ViridianError } from '@viridian/core'

/** Where traffic goes back to, and when it may. */
export interface WayBack {
  readonly name: string
  readonly from: Front
  readonly to: Front
  /** How many in service are enough. */
  readonly capacity: number
  /** @default as long as the balancer's health checks may take */
  readonly withinMs?: number | undefined
}

/**
 * Waits until the balancer that traffic goes back to can serve it: as many in service as were before, or, when time is
 * up, as many as where it is now (`DescribeInstanceHealth`, `DescribeTargetHealth`). Where nobody is registered with it, or it is gone, there is
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
      deadlineMs: way.withinMs ?? inServiceWithinMs(balancersOf(from)),
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

async function hasMembers(c: StepContext, front: Front): Promise<boolean> {
  for (const balancer of balancersOf(front))
    if ((await membersOf(balancer).registered(c)).length > 0) return true
  return false
}

/** How many serve whoever comes in: as many as where they are fewest. */
async function servingAt(c: StepContext, front: Front): Promise<number> {
  const serving = await Promise.all(balancersOf(front).map((each) => membersOf(each).inService(c)))
  const counts = serving.map(({ length }) => length)
  return counts.length > 0 ? Math.min(...counts) : 0
}

const unhealthy = ({ name, from, to, capacity }: WayBack, old: number, present: number, cause?: unknown) =>
  new ViridianError(
    'E_BLUE_UNHEALTHY',
    `${name} stays at ${balancerName(to)} (${present} in service): ${balancerName(from)} has ${old} of ${capacity} in service`,
    {
      hint: `bring the instances behind ${balancerName(from)} back in service, then: tasks rollback`,
      place: { call: healthCall(from) },
      cause,
    },
  )
