import { afterEach, expect, test } from 'vitest'
import { balancerHealth, inServiceWithinMs, notInService } from './balancer-health.ts'
import { membersOf } from './balancer-kinds.ts'
import type { LoadBalancer } from './load-balancer.ts'
import { readTargetGroups } from './target-groups.ts'
import { answeringQueries } from './testing/answering.ts'
import { type TestContext, testContext } from './testing/step-context.ts'
import {
  arnOf,
  describedFront,
  describedTargetGroup,
  frontArn,
  members,
  targetGroupAttributes,
  targetHealth,
} from './testing/target-groups.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A context for calls of an AWS that answers so. */
async function seeing(results: Readonly<Record<string, string>>): Promise<TestContext> {
  const server = await answeringQueries(results)
  const c = testContext({ env: server.env })
  closing.push(c.close, server.close)
  return c
}

const web = { kind: 'targetGroup', name: 'web', arn: arnOf('web') } as const

test('what a target group thinks of instances is said as of those behind a classic load balancer', async () => {
  const c = await seeing({
    DescribeTargetHealth: targetHealth(
      'i-1:8080 healthy',
      'i-2:8080 draining Target.DeregistrationInProgress',
      'i-3:8080 initial Elb.InitialHealthChecking',
      'i-4:8080 unused Target.NotInUse',
      'i-5:8080 unused Target.NotRegistered',
      'i-6:8080 unhealthy.draining Target.FailedHealthChecks',
      'i-8:8080 healthy',
      'i-8:8081 unhealthy Target.Timeout',
    ),
  })
  const health = await balancerHealth(c, [web], ['i-1', 'i-2', 'i-3', 'i-4', 'i-5', 'i-6', 'i-7', 'i-8'])
  expect(health.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'i-1 InService',
    'i-2 Draining',
    'i-3 initial',
    'i-4 unused',
    'i-5 Absent',
    'i-6 unhealthy.draining',
    'i-7 Absent',
    'i-8 unhealthy',
  ])
  expect(notInService(health.slice(0, 4)).at(-1)).toBe('i-4 is unused at web (Target.NotInUse: in words)')
  expect(await membersOf(web).inService(c)).toEqual(['i-1', 'i-8'])
})

test('a target group is read with its health check, its draining and its slow start', async () => {
  const c = await seeing({
    DescribeTargetGroups: `<TargetGroups>${members(describedTargetGroup('web'))}</TargetGroups>`,
    DescribeLoadBalancers: describedFront,
    DescribeTargetGroupAttributes: targetGroupAttributes({
      'deregistration_delay.timeout_seconds': '120',
      'slow_start.duration_seconds': '30',
    }),
  })
  const [read] = await readTargetGroups(c, [arnOf('web')])
  expect(read).toEqual({
    ...web,
    protocol: 'HTTP',
    port: 8080,
    healthCheck: {
      target: 'HTTP:traffic-port/health',
      interval: 15,
      timeout: 5,
      healthyThreshold: 3,
      unhealthyThreshold: 2,
    },
    drainSeconds: 120,
    slowStartSeconds: 30,
    balancers: [
      {
        kind: 'application',
        arn: frontArn,
        name: 'front',
        dnsName: 'front-1.eu-west-1.elb.amazonaws.com',
        zoneId: 'Z1',
      },
    ],
  })
})

test('one that is waited for at a Network Load Balancer is given the minutes that its registration takes', () => {
  const balancer = {
    ...web,
    port: 8080,
    healthCheck: {
      target: 'TCP:traffic-port',
      interval: 10,
      timeout: 5,
      healthyThreshold: 3,
      unhealthyThreshold: 2,
    },
    drainSeconds: 0,
    slowStartSeconds: 0,
    balancers: [],
  }
  const within = (protocol: string): number =>
    inServiceWithinMs([{ ...balancer, protocol } satisfies LoadBalancer])
  expect([within('HTTP'), within('TCP'), within('TLS')]).toEqual([115_000, 355_000, 355_000])
})

test.each(['ip', 'lambda', 'alb'])('a target group of type %s is refused', async (type) => {
  const c = await seeing({
    DescribeTargetGroups: `<TargetGroups>${members(describedTargetGroup('web', { type }))}</TargetGroups>`,
  })
  await expect(readTargetGroups(c, [arnOf('web')])).rejects.toMatchObject({
    code: 'E_BALANCER_UNSUPPORTED',
    message: `target group web has targets of type ${type}`,
  })
})
