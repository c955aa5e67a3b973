import type { LoadBalancer } from '@viridian/aws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readClassicBalancers } from '../../aws/src/classic-balancers.ts'
import { type FleetCloud, openFleetCloud, until } from '../../aws/src/testing/fleet-cloud.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { cloudWatch } from './index.ts'
import { whyNotServed } from './served.ts'

const traffic = cloudWatch()
let cloud: FleetCloud
/** Where the balancers `shop` and `idle` listen. */
let url: string

beforeAll(async () => {
  cloud = await openFleetCloud()
  for (const LoadBalancerName of ['shop', 'idle']) {
    const listener = { Protocol: 'HTTP', LoadBalancerPort: 8080, InstancePort: 2222 }
    const zones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']
    await cloud.elb.createLoadBalancer({ LoadBalancerName, AvailabilityZones: zones, Listeners: [listener] })
  }
  const [shop] = await balancers('shop')
  url = `http://${await cloud.resolve(shop?.kind === 'classic' ? shop.dnsName : '')}:8080/`
})

afterAll(async () => {
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

const balancers = (...names: string[]): Promise<LoadBalancer[]> =>
  readClassicBalancers(cloud.context(), names)

const now = (): string => new Date().toISOString()

/** Lets requests flow until it is stopped; gives their number then. */
function flow(): { stop(): Promise<number> } {
  let flowing = true
  const done = (async () => {
    let count = 0
    for (; flowing; count++) {
      // Nobody answers behind it: the balancer does.
      expect((await fetch(url)).status).toBe(503)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return count
  })()
  return {
    stop: () => {
      flowing = false
      return done
    },
  }
}

describe('silence', () => {
  test('is seen when no more requests come, and not while they do', async () => {
    const c = cloud.context()
    const t = testSteps(c)
    const requests = flow()
    // An AWS minute is 1.2 s here: a shorter time would pass between two counts.
    const waiting = traffic.silent(t, await balancers('shop'), {
      since: now(),
      quietFor: '2s',
      deadline: '60s',
    })
    const first = await Promise.race([
      waiting,
      new Promise((resolve) => setTimeout(resolve, 3_000, 'waiting')),
    ])
    expect(first).toBe('waiting')
    const count = await requests.stop()
    const stopped = performance.now()
    expect(await waiting).toEqual({ silent: true, requests: count })
    expect(performance.now() - stopped).toBeGreaterThan(1_500)
    expect(c.said).toContainEqual(expect.stringMatching(/^shop: [\d,]+ requests?, quiet for \d s of 2 s$/))
    expect(c.events.find(({ kind }) => kind === 'traffic.silence')).toMatchObject({
      data: { silent: true, requests: count, loud: [] },
      text: [],
    })
  })

  test('is not waited for beyond the deadline, and that is said', async () => {
    const c = cloud.context()
    const requests = flow()
    const options = { since: now(), quietFor: '3s', deadline: '2s500ms' }
    const seen = await traffic.silent(testSteps(c), await balancers('shop', 'idle'), options)
    await requests.stop()
    expect(seen.silent).toBe(false)
    expect(c.events.find(({ kind }) => kind === 'traffic.silence')?.text).toEqual([
      expect.stringMatching(
        /^shop was not silent after 2s500ms, and the run goes on all the same: \d+ requests? in the last minute that was counted, quiet for \d s of 3 s$/,
      ),
      'Nothing was ever counted for idle after 2s500ms, and the run goes on all the same',
    ])
  })

  test('has to be asked for since a time', async () => {
    const asking = traffic.silent(testSteps(cloud.context()), await balancers('shop'), {
      since: 'noon',
      deadline: 0,
    })
    await expect(asking).rejects.toMatchObject({ code: 'E_TIME', message: '"noon" is not a time' })
  })
})

describe('having served', () => {
  const served = async (name: string, since: string): Promise<void> =>
    traffic.served(testSteps(cloud.context()), await balancers(name), { since })

  test('needs requests', async () => {
    const since = now()
    await expect(served('idle', since)).rejects.toMatchObject({
      code: 'E_NOT_SERVED',
      message: `idle: no requests were counted (since ${since})`,
    })
    const requests = flow()
    const isServed = (): Promise<boolean> =>
      served('shop', since).then(
        () => true,
        () => false,
      )
    await until(isServed)
    await requests.stop()
  })

  test('needs healthy instances in every whole period', () => {
    const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 23, 12, minute))
    const measured = (...values: number[]) => ({
      periodMs: 60_000,
      points: values.map((value, minute) => ({ at: at(minute), value })),
    })
    const [from, to] = [new Date(at(0).getTime() + 1), new Date(at(4).getTime() - 1)]
    // The first minute began before, the last one is not over.
    expect(whyNotServed(measured(7), measured(0, 2, 2, 0), from, to)).toBeUndefined()
    expect(whyNotServed(measured(7), measured(), from, to)).toBeUndefined()
    expect(whyNotServed(measured(7), measured(2, 2, 0, 2), from, to)).toBe(
      'no instance was healthy in the minutes from 2026-11-23T12:02:00.000Z',
    )
    expect(whyNotServed(measured(0, 0), measured(2), from, to)).toBe('there were 0 requests')
    expect(whyNotServed(measured(), measured(2), from, to)).toBe('no requests were counted')
  })
})
