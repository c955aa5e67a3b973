import { expect, test } from 'vitest'
import { answering, queryAnswer } from '../../aws/src/testing/answering.ts'
import { testContext } from '../../aws/src/testing/step-context.ts'
import { readReadiness } from './preflight.ts'

/** Why a group that wants one instance and has it is refused, described with something more. */
async function refusalOf(more: string, room = 1): Promise<unknown> {
  const member =
    '<InstanceId>i-1</InstanceId><AvailabilityZone>a</AvailabilityZone><LifecycleState>InService</LifecycleState><HealthStatus>Healthy</HealthStatus><ProtectedFromScaleIn>false</ProtectedFromScaleIn>'
  const group = `<AutoScalingGroupName>web</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>1</MaxSize><DesiredCapacity>1</DesiredCapacity><AvailabilityZones><member>a</member></AvailabilityZones><HealthCheckType>EC2</HealthCheckType><Instances><member>${member}</member></Instances>${more}`
  const server = await answering((request, response) => {
    let body = ''
    request.on('data', (text) => {
      body += text
    })
    request.on('end', () =>
      response.end(
        body.includes('DescribeInstanceRefreshes')
          ? queryAnswer('DescribeInstanceRefreshes', '<InstanceRefreshes/>')
          : queryAnswer(
              'DescribeAutoScalingGroups',
              `<AutoScalingGroups><member>${group}</member></AutoScalingGroups>`,
            ),
      ),
    )
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

test('a group behind classic load balancers is not refused, however they are bound to it', async () => {
  expect(await refusalOf(trafficSource('web', 'elb'))).toBe(null)
})

test.each([
  ['arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/2', 'elbv2'],
  ['arn:aws:vpc-lattice:eu-west-1:1:targetgroup/tg-1', 'vpc-lattice'],
])('one that is bound to %s is', async (arn, type) => {
  expect(await refusalOf(trafficSource(arn, type))).toMatchObject({
    code: 'E_GROUP_NOT_READY',
    message: `web cannot be replaced now: it is bound to target groups (${arn})`,
    hint: 'this version works with classic load balancers only',
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
  expect(await refusalOf(pool, 0)).toBe(null)
})
