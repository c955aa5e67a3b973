import { CloudWatch, type Datapoint } from '@aws-sdk/client-cloudwatch'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestCloud, type TestCloud, until } from '../testing/test-cloud.ts'
import { WebFleet } from '../testing/web-fleet.ts'

let cloud: TestCloud
let fleet: WebFleet
let watch: CloudWatch

beforeEach(async () => {
  cloud = await openTestCloud()
  fleet = new WebFleet(cloud)
  watch = new CloudWatch(cloud.config)
})

afterEach(async () => {
  watch.destroy()
  await cloud.close()
})

/** All that was measured of the load balancer `web` in the last minutes. */
async function measured(MetricName: string): Promise<Datapoint | undefined> {
  const { Datapoints } = await watch.getMetricStatistics({
    Namespace: 'AWS/ELB',
    MetricName,
    Dimensions: [{ Name: 'LoadBalancerName', Value: 'web' }],
    StartTime: new Date(Date.now() - 3_600_000),
    EndTime: new Date(Date.now() + 60_000),
    Period: 7200,
    Statistics: ['Sum', 'Maximum', 'Minimum'],
  })
  return Datapoints?.[0]
}

async function sum(MetricName: string): Promise<number | undefined> {
  return (await measured(MetricName))?.Sum
}

test("a proxy's requests and hosts are published, and outlive the load balancer", async () => {
  await fleet.create(0)
  await until(async () => (await measured('HealthyHostCount')) !== undefined, 'the hosts')
  expect(await measured('HealthyHostCount')).toMatchObject({ Maximum: 0, Unit: 'Count' })
  // As on AWS, a load balancer without requests has no count of them, and not a count of none.
  expect(await measured('RequestCount')).toBeUndefined()

  const { LoadBalancerDescriptions } = await fleet.elb.describeLoadBalancers({})
  const [address] = await cloud.resolver.resolve4(LoadBalancerDescriptions?.[0]?.DNSName ?? '')
  for (let request = 0; request < 3; request++) {
    expect((await fetch(`http://${address}:8080/`)).status).toBe(503)
  }
  await until(async () => (await sum('RequestCount')) === 3, 'the requests')
  await fleet.elb.deleteLoadBalancer({ LoadBalancerName: 'web' })
  expect(await sum('RequestCount')).toBe(3)
  expect(await sum('HTTPCode_ELB_5XX')).toBe(3)
  expect(await sum('HTTPCode_Backend_5XX')).toBeUndefined()
  const { Metrics } = await watch.listMetrics({ Namespace: 'AWS/ELB' })
  expect(Metrics?.map(({ MetricName }) => MetricName).sort()).toEqual([
    'HTTPCode_ELB_5XX',
    'HealthyHostCount',
    'RequestCount',
    'UnHealthyHostCount',
  ])
})
