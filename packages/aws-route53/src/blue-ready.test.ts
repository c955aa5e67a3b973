import type { Front, TargetGroup } from '@viridian/aws'
import { afterEach, expect, test } from 'vitest'
import { answeringQueries } from '../../aws/src/testing/answering.ts'
import { testContext } from '../../aws/src/testing/step-context.ts'
import { arnOf, frontArn, targetHealth } from '../../aws/src/testing/target-groups.ts'
import { waitReady } from './blue-ready.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const healthCheck = {
  ...{ target: 'TCP:traffic-port', interval: 5, timeout: 2 },
  ...{ healthyThreshold: 2, unhealthyThreshold: 2 },
}
const targetGroup = (name: string): TargetGroup => ({
  ...{ kind: 'targetGroup', name, arn: arnOf(name), protocol: 'HTTP', port: 8080, healthCheck },
  ...{ drainSeconds: 0, slowStartSeconds: 0, balancers: [] },
})
const named = (name: string) => ({ name, dnsName: `${name}.elb.amazonaws.com`, zoneId: 'Z1' })
const blue: Front = {
  ...{ kind: 'application', arn: frontArn, ...named('blue') },
  targetGroups: [targetGroup('shop'), targetGroup('cart')],
}
const green: Front = { kind: 'classic', ...named('green'), healthCheck, drainSeconds: 0 }

test('nobody is missed at a load balancer that nobody was in service at', async () => {
  const server = await answeringQueries({ DescribeTargetHealth: targetHealth() })
  const c = testContext({ env: server.env })
  closing.push(c.close, server.close)
  await waitReady(c, { name: 'www.example.test', from: blue, to: green, capacity: 0 })
})

test('a load balancer serves as many as the target group where fewest do', async () => {
  let looks = 0
  const well = '<InstanceId>i-3</InstanceId><State>InService</State>'
  const server = await answeringQueries({
    DescribeInstanceHealth: `<InstanceStates><member>${well}</member></InstanceStates>`,
    // Of the two target groups of one look, one has an instance in service.
    get DescribeTargetHealth() {
      looks += 1
      return targetHealth(looks % 2 === 0 ? 'i-1:8080 healthy' : 'i-2:8080 initial')
    },
  })
  const c = testContext({ env: server.env })
  closing.push(c.close, server.close)
  const way = { name: 'www.example.test', from: blue, to: green, capacity: 1, withinMs: 100 }
  await expect(waitReady(c, way)).rejects.toMatchObject({
    code: 'E_BLUE_UNHEALTHY',
    message: 'www.example.test stays at green (1 in service): blue has 0 of 1 in service',
  })
})
