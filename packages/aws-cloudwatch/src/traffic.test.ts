import { text } from 'node:stream/consumers'
import type { LoadBalancer } from '@viridian/aws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readClassicBalancers } from '../../aws/src/classic-balancers.ts'
import { answering } from '../../aws/src/testing/answering.ts'
import { type FleetCloud, openFleetCloud, until } from '../../aws/src/testing/fleet-cloud.ts'
import { testContext } from '../../aws/src/testing/step-context.ts'
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
    const both = await balancers('shop', 'idle')
    await expect(traffic.silent(testSteps(c), both, options)).rejects.toMatchObject({
      code: 'E_NOT_SILENT',
      message: expect.stringMatching(/^shop still gets requests after 2s500ms: [^;]+$/),
    })
    const seen = await traffic.silent(testSteps(c), both, { ...options, otherwise: 'go on' })
    await requests.stop()
    expect(seen.silent).toBe(false)
    expect(c.events.find(({ kind }) => kind === 'traffic.silence')?.text).toEqual([
      expect.stringMatching(
        /^shop was not silent after 2s500ms, and the run goes on all the same: \d+ requests? in the last minute that was counted, quiet for \d s of 3 s$/,
      ),
      'Nothing was ever counted for idle after 2s500ms, and the run goes on all the same',
    ])
    const idle = { ...options, quietFor: '100ms', deadline: '1s', otherwise: 'go on' } as const
    expect(await traffic.silent(testSteps(c), await balancers('idle'), idle)).toMatchObject({ silent: false })
  })

  test('is not seen before resolvers have forgotten the balancer', async () => {
    const requests = flow()
    await requests.stop()
    const c = cloud.context()
    const began = Date.now()
    const seen = await traffic.silent(testSteps(c), await balancers('shop'), {
      since: now(),
      notBefore: new Date(began + 5_000).toISOString(),
      quietFor: '100ms',
      deadline: '200ms',
      otherwise: 'go on',
    })
    expect(seen).toMatchObject({ silent: true })
    expect(Date.now() - began).toBeGreaterThanOrEqual(4_990)
    expect(c.said).toContainEqual(expect.stringMatching(/; resolvers may lead users there for \d s$/))
  })

  test.each([
    ['application', 'app', 'AWS/ApplicationELB', 'RequestCount'],
    ['network', 'net', 'AWS/NetworkELB', 'NewFlowCount'],
  ] as const)('is seen at %s load balancers', async (kind, word, namespace, metric) => {
    const part = `${word}/shop/50dc6c495c0c9188`
    const values: Record<string, number> = { [metric]: 7, ActiveFlowCount: 1 }
    // Nobody but AWS counts in its namespaces, and the local cloud has classic load balancers only.
    const aws = await answering(async (request, response) => {
      const asked = JSON.parse(await text(request))
      expect(asked).toMatchObject({
        Namespace: namespace,
        Dimensions: [{ Name: 'LoadBalancer', Value: part }],
      })
      const point = { Timestamp: Date.now() / 1000, [asked.Statistics[0]]: values[asked.MetricName] }
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r-1' })
      response.end(JSON.stringify({ Label: asked.MetricName, Datapoints: [point] }))
    })
    const c = testContext({ env: aws.env })
    const arn = `arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/${part}`
    const watch = (deadline: string) =>
      traffic.silent(testSteps(c), [{ kind, arn }], {
        since: now(),
        quietFor: '300ms',
        deadline,
        otherwise: 'go on',
      })
    // As long as a flow is open it is not silent, though none is new.
    const counted = kind === 'application'
    expect(await watch(counted ? '60s' : '1s')).toEqual({ silent: counted, requests: 7 })
    values.ActiveFlowCount = 0
    expect(await watch('60s')).toEqual({ silent: true, requests: 7 })
    const other = [{ kind, arn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop/1' }]
    await expect(traffic.silent(testSteps(c), other, { since: now(), deadline: 0 })).rejects.toMatchObject({
      code: 'E_BALANCER_ARN',
    })
    await c.close()
    await aws.close()
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

  test('needs healthy instances at each target group of an Application Load Balancer', async () => {
    const arn = (end: string): string => `arn:aws:elasticloadbalancing:eu-west-1:123456789012:${end}`
    const healthy: Record<string, number> = { 'targetgroup/page/2': 3, 'targetgroup/api/3': 0 }
    const since = Date.now() - 180_000
    const aws = await answering(async (request, response) => {
      const { MetricName, Dimensions, Statistics } = JSON.parse(await text(request))
      const [balancer, targetGroup] = Dimensions
      expect(balancer).toEqual({ Name: 'LoadBalancer', Value: 'app/web/1' })
      const value = MetricName === 'RequestCount' ? 7 : healthy[targetGroup.Value]
      const point = { Timestamp: (since + 60_000) / 1000, [Statistics[0]]: value }
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r-1' })
      response.end(JSON.stringify({ Label: MetricName, Datapoints: [point] }))
    })
    const c = testContext({ env: aws.env })
    const targetGroups = Object.keys(healthy).map(arn)
    const web = { kind: 'application', arn: arn('loadbalancer/app/web/1'), targetGroups } as const
    const asking = (): Promise<void> =>
      traffic.served(testSteps(c), [web], { since: new Date(since).toISOString() })
    await expect(asking()).rejects.toMatchObject({
      code: 'E_NOT_SERVED',
      message: expect.stringContaining('web: no instance was healthy in the minutes from'),
    })
    healthy['targetgroup/api/3'] = 1
    await asking()
    await c.close()
    await aws.close()
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
