import * as ec2 from '@aws-sdk/client-ec2'
import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCloud } from './cloud.ts'
import { SmallCloud } from './testing/small-cloud.ts'

let cloud: SmallCloud
beforeEach(async () => {
  cloud = await SmallCloud.open()
})
afterEach(() => cloud.close())

test('throttling hits so many calls after so many, and the clients retry it', async () => {
  const rule = { operation: 'DescribeKeyPairs', kind: 'throttle', skip: 1, times: 2 }
  expect((await cloud.admin('POST', 'faults', { rules: [rule] })).status).toBe(200)
  await cloud.describeKeys()
  await expect(cloud.describeKeys()).rejects.toMatchObject({ name: 'RequestLimitExceeded' })
  await cloud.describeKeys({ maxAttempts: 3 })
  const calls: unknown = await (await cloud.admin('GET', 'calls')).json()
  expect(calls).toMatchObject([{ status: 200 }, { status: 503 }, { status: 503 }, { status: 200 }])
})

test('an injected refusal carries its code; clearing takes it away', async () => {
  const rule = {
    operation: 'autoscaling:DescribeTags',
    kind: 'refuse',
    code: 'ResourceContention',
    times: 'always',
  }
  await cloud.admin('POST', 'faults', { rules: [rule] })
  await expect(cloud.describeTags()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } })
  await cloud.admin('DELETE', 'faults')
  await cloud.describeTags()
  const unknown = await cloud.admin('POST', 'faults', { rules: [{ operation: 'X', kind: 'explode' }] })
  expect(unknown.status).toBe(400)
  expect(await unknown.text()).toContain('rules[0].kind')
})

test('a lost answer follows the work; a cut connection comes before it; a hang answers nothing', async () => {
  const deleteKey = (KeyName: string, signal?: AbortSignal): Promise<unknown> =>
    new ec2.EC2Client(cloud.config()).send(new ec2.DeleteKeyPairCommand({ KeyName }), {
      ...(signal && { abortSignal: signal }),
    })
  const fault = (kind: string): Promise<Response> =>
    cloud.admin('POST', 'faults', { rules: [{ operation: 'DeleteKeyPair', kind }] })
  await fault('lose')
  await expect(deleteKey('lost')).rejects.toThrow()
  expect(cloud.done).toEqual(['lost'])
  await fault('cut')
  await expect(deleteKey('cut')).rejects.toThrow()
  await fault('hang')
  await expect(deleteKey('hung', AbortSignal.timeout(200))).rejects.toThrow()
  expect(cloud.done).toEqual(['lost'])
  await deleteKey('last')
  expect(cloud.done).toEqual(['lost', 'last'])
})

test('latency and delays are in AWS seconds', async () => {
  await cloud.admin('POST', 'faults', {
    latency: 50,
    rules: [{ operation: '*', kind: 'delay', seconds: 100 }],
  })
  const started = performance.now()
  await cloud.describeKeys()
  expect(performance.now() - started).toBeGreaterThan(145)
})

test('a fault tells the two generations of load balancing apart, as the AWS CLI does', async () => {
  const whole = await openCloud({
    faults: {
      rules: [{ operation: 'elbv2:DescribeLoadBalancers', kind: 'refuse', code: 'Busy', status: 400 }],
    },
  })
  const { endpoint, region, accessKeyId, secretAccessKey } = whole
  const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
  const classic = new ElasticLoadBalancing(settings)
  const routed = new ElasticLoadBalancingV2(settings)
  expect((await classic.describeLoadBalancers({})).LoadBalancerDescriptions).toEqual([])
  await expect(routed.describeLoadBalancers({})).rejects.toMatchObject({ name: 'Busy' })
  const offered = await fetch(`${endpoint}/_viridian/operations`, {
    headers: { 'x-viridian-secret': secretAccessKey },
  })
  expect(await offered.json()).toEqual(
    expect.arrayContaining(['elb:DescribeLoadBalancers', 'elbv2:DescribeLoadBalancers', 'ec2:RunInstances']),
  )
  await whole.close()
})
