import type { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { TargetGroups } from '../testing/target-groups.ts'
import { openTestCloud, refusal, type TestCloud, until } from '../testing/test-cloud.ts'
import { WebFleet, web } from '../testing/web-fleet.ts'

let cloud: TestCloud
let fleet: WebFleet
let scaling: AutoScaling
let groups: TargetGroups
let arn: string

beforeAll(async () => {
  cloud = await openTestCloud()
  groups = new TargetGroups(cloud)
  fleet = new WebFleet(cloud)
  scaling = fleet.scaling
  await fleet.createSource()
  arn = await groups.createGroup('web', { Protocol: 'TCP', Port: 2222, HealthCheckTimeoutSeconds: 4 })
  await delay(20)
  const balancer = await groups.createBalancer('web', { Type: 'network' })
  await groups.listen(balancer, { Type: 'forward', TargetGroupArn: arn }, { Protocol: 'TCP' })
  await scaling.createAutoScalingGroup({
    ...web,
    LaunchConfigurationName: 'v1',
    MinSize: 0,
    MaxSize: 4,
    DesiredCapacity: 2,
    AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
    TargetGroupARNs: [arn],
    HealthCheckType: 'ELB',
  })
})

beforeEach(() => fleet.settled(2))

afterAll(async () => {
  groups.close()
  scaling.destroy()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

async function delay(seconds: number): Promise<void> {
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: `${seconds}` }]
  await groups.client.modifyTargetGroupAttributes({ TargetGroupArn: arn, Attributes })
}

async function stateOf(id: string): Promise<string | undefined> {
  return (await groups.health(arn, id))[0]?.TargetHealth?.State
}

test('a group shows what it is bound to, and its instances become healthy targets', async () => {
  expect(await fleet.group()).toMatchObject({
    LoadBalancerNames: [],
    TargetGroupARNs: [arn],
    TrafficSources: [{ Identifier: arn, Type: 'elbv2' }],
  })
  await groups.healthy(arn, 2)
  const bound = { LoadBalancerTargetGroupARN: arn, State: 'InService' }
  expect((await scaling.describeLoadBalancerTargetGroups(web)).LoadBalancerTargetGroups).toEqual([bound])
  expect((await scaling.describeLoadBalancers(web)).LoadBalancers).toEqual([])
  expect((await scaling.describeTrafficSources(web)).TrafficSources).toEqual([
    { Identifier: arn, TrafficSource: arn, Type: 'elbv2', State: 'InService' },
  ])
})

test('an instance that enters standby drains for the whole delay, and comes back as a target', async () => {
  const [id = ''] = await fleet.ids()
  await delay(150)
  await scaling.enterStandby({ ...web, InstanceIds: [id], ShouldDecrementDesiredCapacity: true })
  await until(async () => (await stateOf(id)) === 'draining', 'draining')
  expect(await fleet.stateOf(id)).toBe('EnteringStandby')
  await until(
    async () => (await fleet.lastActivity()).status === 'WaitingForELBConnectionDraining',
    'waiting',
  )
  await until(async () => (await fleet.stateOf(id)) === 'Standby', 'standby')
  await delay(20)
  expect(await stateOf(id)).toBe('unused')
  await scaling.exitStandby({ ...web, InstanceIds: [id] })
  await fleet.settled(2)
  expect(await stateOf(id)).toMatch(/initial|healthy/)
})

test('an instance that is detached is a target no more', async () => {
  const [id = ''] = await fleet.ids()
  await scaling.detachInstances({ ...web, InstanceIds: [id], ShouldDecrementDesiredCapacity: false })
  await until(async () => (await fleet.stateOf(id)) === undefined, 'detached')
  expect(await stateOf(id)).toBe('unused')
})

test('an instance that its target group finds unhealthy is replaced', async () => {
  await groups.healthy(arn, 2)
  const before = await fleet.ids()
  await cloud.pass(1)
  await groups.client.modifyTargetGroup({ TargetGroupArn: arn, HealthCheckPort: '9' })
  await until(async () => {
    const now = await fleet.ids()
    return now.length === 2 && now.every((id) => !before.includes(id))
  }, 'the replacement')
  await groups.client.modifyTargetGroup({ TargetGroupArn: arn, HealthCheckPort: 'traffic-port' })
  const causes = (await scaling.describeScalingActivities(web)).Activities?.map(({ Cause }) => Cause)
  expect(causes?.join()).toContain('ELB system health check failure')
})

test('groups are attached and detached, by either call, and others are refused', async () => {
  const other = await groups.createGroup('other', { Protocol: 'TCP', Port: 2222 })
  await scaling.attachLoadBalancerTargetGroups({ ...web, TargetGroupARNs: [other] })
  expect((await groups.health(other)).map(({ Target }) => Target?.Id).sort()).toEqual(
    (await fleet.ids()).sort(),
  )
  await scaling.detachTrafficSources({ ...web, TrafficSources: [{ Identifier: other, Type: 'elbv2' }] })
  expect((await fleet.group())?.TargetGroupARNs).toEqual([arn])
  expect(await groups.health(other)).toEqual([])
  await scaling.attachTrafficSources({ ...web, TrafficSources: [{ Identifier: other }] })
  expect((await fleet.group())?.TargetGroupARNs).toEqual([arn, other])
  await scaling.detachLoadBalancerTargetGroups({ ...web, TargetGroupARNs: [other] })
  const again = scaling.detachLoadBalancerTargetGroups({ ...web, TargetGroupARNs: [other] })
  expect(await refusal(again)).toMatch(/^ValidationError: Trying to remove Target Groups/)
  await groups.client.deleteTargetGroup({ TargetGroupArn: other })
  const gone = scaling.attachLoadBalancerTargetGroups({ ...web, TargetGroupARNs: [other] })
  expect(await refusal(gone)).toMatch(/^ValidationError: Provided Target Groups may not be valid/)
})
