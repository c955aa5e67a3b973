import { expect, test } from 'vitest'
import { answeringQueries } from '../../aws/src/testing/answering.ts'
import { testContext } from '../../aws/src/testing/step-context.ts'
import { arnOf, describedTargetGroup, members } from '../../aws/src/testing/target-groups.ts'
import { readReadiness } from './preflight.ts'

/** Why a group that wants one instance and has it is refused, described with something more. */
async function refusalOf(
  more: string,
  { room = 1, targetGroups = [] }: { room?: number; targetGroups?: readonly string[] } = {},
): Promise<unknown> {
  const member =
    '<InstanceId>i-1</InstanceId><AvailabilityZone>a</AvailabilityZone><LifecycleState>InService</LifecycleState><HealthStatus>Healthy</HealthStatus><ProtectedFromScaleIn>false</ProtectedFromScaleIn>'
  const group = `<AutoScalingGroupName>web</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>1</MaxSize><DesiredCapacity>1</DesiredCapacity><AvailabilityZones><member>a</member></AvailabilityZones><HealthCheckType>EC2</HealthCheckType><Instances><member>${member}</member></Instances>${more}`
  const server = await answeringQueries({
    DescribeInstanceRefreshes: '<InstanceRefreshes/>',
    DescribeAutoScalingGroups: `<AutoScalingGroups>${members(group)}</AutoScalingGroups>`,
    DescribeTargetGroups: `<TargetGroups>${members(...targetGroups)}</TargetGroups>`,
  })
  const c = testContext({ env: server.env })
  try {
    return await readReadiness.run({ group: 'web', ids: ['i-1'], room }, c)
  } catch (error) {
    return error
  } finally {
    await c.close()
    await server.close()
  }
}

const trafficSource = (identifier: string, type: string): string =>
  `<TrafficSources><member><Identifier>${identifier}</Identifier><Type>${type}</Type></member></TrafficSources>`

const bound = trafficSource(arnOf('web'), 'elbv2')

test('a group behind load balancers is not refused, however they are bound to it', async () => {
  expect(await refusalOf(trafficSource('web', 'elb'))).toBe(null)
  expect(await refusalOf(bound, { targetGroups: [describedTargetGroup('web')] })).toBe(null)
})

test('one whose target group no load balancer uses is: a target that nobody asks is never healthy', async () => {
  const targetGroups = [describedTargetGroup('web', { balancers: [] })]
  expect(await refusalOf(bound, { targetGroups })).toMatchObject({
    code: 'E_GROUP_NOT_READY',
    message: 'web cannot be replaced now: no load balancer uses its target group web',
    hint: expect.stringMatching(/^let a listener forward to web \(aws elbv2 create-listener\), or detach it/),
  })
})

test('one that is bound to a service of VPC Lattice is', async () => {
  const arn = 'arn:aws:vpc-lattice:eu-west-1:1:targetgroup/tg-1'
  expect(await refusalOf(trafficSource(arn, 'vpc-lattice'))).toMatchObject({
    code: 'E_GROUP_NOT_READY',
    message: `web cannot be replaced now: it is bound to ${arn}`,
    hint: expect.stringContaining('works with classic load balancers, and target groups of Application'),
  })
})

test('one with a warm pool is, when its instances are to be replaced', async () => {
  const pool = '<WarmPoolConfiguration><PoolState>Stopped</PoolState></WarmPoolConfiguration>'
  expect(await refusalOf(pool)).toMatchObject({
    code: 'E_GROUP_NOT_READY',
    message: expect.stringMatching(
      /it has a warm pool: whom it takes from there would serve the old release/,
    ),
    hint: expect.stringMatching(/^delete the pool \(aws autoscaling delete-warm-pool/),
  })
  expect(await refusalOf(pool, { room: 0 })).toBe(null)
})

test('one that launches nothing is, when instances are to be attached to it', async () => {
  const launch = '<SuspendedProcesses><member><ProcessName>Launch</ProcessName></member></SuspendedProcesses>'
  expect(await refusalOf(launch)).toMatchObject({
    code: 'E_GROUP_NOT_READY',
    message: expect.stringMatching(/Launch is suspended: until it is resumed, AWS attaches nothing/),
    hint: expect.stringMatching(/^resume it \(aws autoscaling resume-processes/),
  })
  expect(await refusalOf(launch, { room: 0 })).toBe(null)
})
