import type { TargetGroup } from '@viridian/aws'
import { afterEach, expect, test } from 'vitest'
import { answeringQueries } from '../../aws/src/testing/answering.ts'
import { type TestContext, testContext } from '../../aws/src/testing/step-context.ts'
import { arnOf, members, targetHealth } from '../../aws/src/testing/target-groups.ts'
import { testSteps } from '../../aws/src/testing/test-steps.ts'
import { elb } from './index.ts'
import { deregisterInstances, registerInstances } from './membership.ts'

const traffic = elb()
const web: TargetGroup = {
  kind: 'targetGroup',
  arn: arnOf('web'),
  name: 'web',
  protocol: 'HTTP',
  port: 8080,
  healthCheck: {
    target: 'HTTP:traffic-port/health',
    interval: 5,
    timeout: 2,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
  },
  drainSeconds: 0,
  slowStartSeconds: 0,
  balancers: [],
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A context for calls of an AWS that shows these targets, and a group behind them. */
const seeing = (...targets: readonly string[]): Promise<TestContext> => seeingMember({}, ...targets)

async function seeingMember(
  { judgedBy = 'ELB', state = 'InService' },
  ...targets: readonly string[]
): Promise<TestContext> {
  const member = `<InstanceId>i-1</InstanceId><LifecycleState>${state}</LifecycleState><HealthStatus>Healthy</HealthStatus>`
  const group = `<AutoScalingGroupName>web</AutoScalingGroupName><HealthCheckType>${judgedBy}</HealthCheckType><TargetGroupARNs>${members(web.arn)}</TargetGroupARNs><Instances>${members(member)}</Instances>`
  const server = await answeringQueries({
    DescribeTargetHealth: targetHealth(...targets),
    DescribeAutoScalingGroups: `<AutoScalingGroups>${members(group)}</AutoScalingGroups>`,
  })
  const c = testContext({ env: server.env })
  closing.push(c.close, server.close)
  return c
}

test('whom a target group starts slowly serves in full only when that is over', async () => {
  const c = await seeing('i-1:8080 healthy')
  await traffic.inService(testSteps(c), [web], [{ id: 'i-1' }])
  expect(c.said).toEqual([])
  await traffic.inService(testSteps(c), [{ ...web, slowStartSeconds: 1 }], [{ id: 'i-1' }])
  expect(c.said).toEqual(['the slow start of i-1'])
})

test('a slow start that is broken off begins anew', async () => {
  const states = ['healthy', 'unhealthy Target.Timeout']
  let brokenOff = 0
  const server = await answeringQueries({
    get DescribeTargetHealth() {
      if (states.length > 0) brokenOff = performance.now()
      return targetHealth(`i-1:8080 ${states.shift() ?? 'healthy'}`)
    },
  })
  const c = testContext({ env: server.env })
  closing.push(c.close, server.close)
  await traffic.inService(testSteps(c), [{ ...web, slowStartSeconds: 1 }], [{ id: 'i-1' }])
  expect(performance.now() - brokenOff).toBeGreaterThanOrEqual(1_000)
  expect(c.said).toContain('i-1 is unhealthy at web (Target.Timeout: in words)')
})

test.each([
  [
    'i-1:8080 unhealthy Target.ResponseCodeMismatch',
    /^ask the instance itself.*: aws elbv2 describe-target-health --target-group-arn arn:/,
  ],
  [
    'i-1:8080 unused Target.NotInUse',
    /^no load balancer asks it: let a listener forward to the target group/,
  ],
])('the guard fails in the words of the target group: %s', async (target, hint) => {
  const [, state, reason] = target.split(' ')
  const guard = traffic.healthy(testSteps(await seeing(target)), [web], [{ id: 'i-1' }])
  await expect(guard).rejects.toMatchObject({
    code: 'E_NOT_IN_SERVICE',
    message: `i-1 is ${state} at web (${reason}: in words)`,
    hint: expect.stringMatching(hint),
    place: { call: 'elasticloadbalancing:DescribeTargetHealth' },
  })
})

test('a registration that has not come through is not found by those who were registered before', async () => {
  const c = { ...(await seeing('i-1:8080 healthy')), before: { registered: ['i-1'], serving: [] }, token: '' }
  expect(await registerInstances.find({ balancer: web, ids: ['i-1', 'i-2'] }, c)).toEqual({
    status: 'absent',
  })
})

test('members of a group are left in a target group that it judges them by', async () => {
  const t = testSteps(await seeing('i-1:8080 healthy'))
  await expect(traffic.deregister(t, [web], [{ id: 'i-1' }])).rejects.toMatchObject({
    code: 'E_BALANCER_BOUND',
    message: 'i-1 is in group web, which is bound to web and replaces who is not in service there',
  })
})

test.each([{ judgedBy: 'EC2' }, { state: 'Standby' }])(
  'a member that its group does not judge by it is taken out: %j',
  async (member) => {
    const c = await seeingMember(member, 'i-1:8080 healthy')
    expect(await deregisterInstances.before({ balancer: web, ids: ['i-1'] }, c)).toEqual({
      registered: ['i-1'],
    })
  },
)

test('a target group that no load balancer uses has nothing to copy, to compare and to ask', async () => {
  const t = testSteps(await seeing())
  for (const move of [
    () => traffic.replicate(t, [web]),
    () => traffic.compare(t, [web], [web]),
    () => traffic.askable(t, [web]),
    () => traffic.smoke(t, [web], { path: '/' }),
  ])
    await expect(move()).rejects.toMatchObject({
      code: 'E_BALANCER_UNUSED',
      message: 'no load balancer uses target group web',
    })
})

test('a Gateway Load Balancer is refused ahead of any call', async () => {
  const gateway = { kind: 'gateway', arn: 'arn', name: 'inspection', dnsName: '', zoneId: '' } as const
  const replicating = traffic.replicate(testSteps(await seeing()), [{ ...web, balancers: [gateway] }])
  await expect(replicating).rejects.toMatchObject({
    code: 'E_BALANCER_UNSUPPORTED',
    message: expect.stringContaining('Gateway Load Balancer'),
    hint: expect.stringContaining('deploy:bluegreen of the template instance-swap'),
    refused: true,
  })
})
