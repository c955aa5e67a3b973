import { afterEach, expect, test } from 'vitest'
import { answeringQueries } from '../../aws/src/testing/answering.ts'
import { testContext } from '../../aws/src/testing/step-context.ts'
import {
  arnOf,
  describedFront,
  describedTargetGroup,
  members,
  targetGroupAttributes,
  targetHealth,
} from '../../aws/src/testing/target-groups.ts'
import { readNamed } from './read-named.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const classic = (name: string): string =>
  `<LoadBalancerName>${name}</LoadBalancerName><DNSName>${name}-1.eu-west-1.elb.amazonaws.com</DNSName><CanonicalHostedZoneNameID>Z1</CanonicalHostedZoneNameID><HealthCheck><Target>TCP:80</Target><Interval>5</Interval><Timeout>2</Timeout><HealthyThreshold>2</HealthyThreshold><UnhealthyThreshold>2</UnhealthyThreshold></HealthCheck>`

/** Reads what is named where there are a classic load balancer and a target group. */
async function read(
  names: readonly string[],
  { balancer = 'internal', group = describedTargetGroup('web'), targets = ['i-1:8080 healthy'] } = {},
): Promise<unknown> {
  const server = await answeringQueries({
    DescribeLoadBalancers: `<LoadBalancerDescriptions>${members(classic(balancer))}</LoadBalancerDescriptions>${describedFront}`,
    DescribeLoadBalancerAttributes: '<LoadBalancerAttributes/>',
    DescribeTargetGroups: `<TargetGroups>${members(group)}</TargetGroups>`,
    DescribeTargetGroupAttributes: targetGroupAttributes({ 'deregistration_delay.timeout_seconds': '30' }),
    DescribeTargetHealth: targetHealth(...targets),
  })
  const c = testContext({ env: server.env })
  closing.push(c.close, server.close)
  return (await readNamed(c, names)).map(({ kind, name }) => `${kind} ${name}`)
}

const arnOfClassic = (name: string): string =>
  `arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/${name}`

test('balancers are named by name or by ARN, each once and in their order', async () => {
  const names = ['web', 'internal', arnOf('web'), arnOfClassic('internal')]
  expect(await read(names)).toEqual(['targetGroup web', 'classic internal'])
})

test('the name of a classic load balancer and of a target group is not guessed at; their ARNs tell them apart', async () => {
  await expect(read(['web'], { balancer: 'web' })).rejects.toMatchObject({
    code: 'E_BALANCER_AMBIGUOUS',
    message: '"web" is load balancer web, and target group web',
    hint: expect.stringContaining('loadbalancer/web is the classic load balancer'),
  })
  const arns = [arnOf('web'), arnOfClassic('web')]
  expect(await read(arns, { balancer: 'web' })).toEqual(['targetGroup web', 'classic web'])
})

test.each([
  ['wbe', 'did you mean web?'],
  [
    'something-else',
    'there are internal, web; of an Application or Network Load Balancer name the target group',
  ],
  [
    'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/front/1',
    'name the target group that its listener forwards to',
  ],
])('"%s" is not there', async (name, hint) => {
  await expect(read([name])).rejects.toMatchObject({ code: 'E_BALANCER_NOT_FOUND', hint })
})

test('a target group that no load balancer uses is refused: its targets are never healthy', async () => {
  const group = describedTargetGroup('web', { balancers: [] })
  await expect(read(['web'], { group })).rejects.toMatchObject({
    code: 'E_BALANCER_UNUSED',
    message: 'no load balancer uses target group web',
  })
})

test('one with targets at other ports is refused: what takes their place would not be asked there', async () => {
  const targets = ['i-1:8080 healthy', 'i-2:8081 healthy']
  await expect(read(['web'], { targets })).rejects.toMatchObject({
    code: 'E_BALANCER_UNSUPPORTED',
    message: 'target group web has i-2 at port 8081, and others would be registered at its own, 8080',
  })
})
