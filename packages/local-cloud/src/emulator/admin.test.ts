import * as ec2 from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SmallCloud } from './testing/small-cloud.ts'

let cloud: SmallCloud
beforeEach(async () => {
  cloud = await SmallCloud.open()
})
afterEach(() => cloud.close())

test('the admin paths demand the secret', async () => {
  expect((await cloud.admin('GET', 'calls', undefined, 'other')).status).toBe(403)
  expect((await cloud.admin('GET', 'nothing')).status).toBe(404)
})

test('the operations on offer are listed', async () => {
  const operations: unknown = await (await cloud.admin('GET', 'operations')).json()
  expect(operations).toHaveLength(9)
  expect(operations).toEqual(expect.arrayContaining(['ec2:GetConsoleOutput', 'route53:GetHostedZone']))
})

test('calls are logged with status and code', async () => {
  await cloud.describeKeys()
  await expect(new ec2.EC2Client(cloud.config()).send(new ec2.DescribeInstancesCommand({}))).rejects.toThrow()
  const calls: unknown = await (await cloud.admin('GET', 'calls')).json()
  expect(calls).toEqual([
    { n: 1, service: 'ec2', operation: 'DescribeKeyPairs', at: cloud.now.toISOString(), status: 200 },
    {
      n: 2,
      service: 'ec2',
      operation: 'DescribeInstances',
      at: cloud.now.toISOString(),
      status: 400,
      code: 'InvalidInstanceID.NotFound',
    },
  ])
})
