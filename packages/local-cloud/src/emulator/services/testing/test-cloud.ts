import { scaledClock } from '../../clock.ts'
import { serve } from '../../server.ts'
import { openStore } from '../../store.ts'
import { autoScalingService } from '../autoscaling/autoscaling-service.ts'
import { elbService } from '../elb/elb-service.ts'
import { route53Service } from '../route53/route53-service.ts'
import { standInBalancers } from './stand-in-balancers.ts'
import { standInCompute } from './stand-in-compute.ts'

export const region = 'eu-west-1'

export async function openTestCloud() {
  const clock = scaledClock(0.01)
  const store = openStore()
  const compute = standInCompute()
  const balancers = standInBalancers()
  const account = '123456789012'
  const reports: unknown[] = []
  const report = (error: unknown): void => void reports.push(error)
  const elb = elbService({ store, balancers, compute, region, account, report })
  const route53 = route53Service({ store, clock, traffic: elb.traffic, syncLatency: 10 })
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }
  const { traffic } = elb
  const autoScaling = autoScalingService({ store, clock, compute, traffic, region, account, report })
  autoScaling.start()
  const services = [elb.service, route53.service, autoScaling.service]
  const server = await serve({ services, credentials, region, clock })
  const config = { endpoint: server.endpoint, region, credentials, maxAttempts: 1 }
  return {
    config,
    imageId: 'ami-1',
    resolveName: route53.resolveName,
    compute,
    makeSick: (id: string) => void balancers.sick.add(id),
    failLaunches: (fail: boolean) => compute.failLaunches(fail),
    async stop(id: string): Promise<void> {
      compute.set(id, 'stopped')
    },
    /** Resolves when so many instances of a load balancer are in service. */
    serving: (name: string, count: number) =>
      until(
        () => balancers.health(name).filter(({ state }) => state === 'healthy').length === count,
        `${count} instances in service behind ${name}`,
      ),
    /** Lets the reconciler make several rounds. */
    rounds: () => clock.sleep(10),
    async launch(count: number, zone = `${region}a`): Promise<string[]> {
      const launched = await compute.launch({
        ImageId: 'ami-1',
        count,
        Placement: { AvailabilityZone: zone },
      })
      const ids = launched.map(({ id }) => id)
      await until(() => compute.describe(ids).every(({ state }) => state === 'running'))
      return ids
    },
    async close() {
      await autoScaling.close()
      route53.close()
      await server.close()
    },
  }
}

export type TestCloud = Awaited<ReturnType<typeof openTestCloud>>

/** Polls until the condition holds, for 10 seconds at most. */
export async function until(holds: () => boolean | Promise<boolean>, what = 'the condition'): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come true within 10 s`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** The refusal's code and message: `Code: message`. */
export async function refusal(answer: Promise<unknown>): Promise<string> {
  try {
    await answer
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`
    throw error
  }
  return 'not refused'
}
