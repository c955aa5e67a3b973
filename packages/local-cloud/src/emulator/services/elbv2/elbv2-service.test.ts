import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EC2 } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCloud } from '../../cloud.ts'
import { TargetGroups } from '../testing/target-groups.ts'
import { openTestCloud, refusal, type TestCloud, until } from '../testing/test-cloud.ts'

let cloud: TestCloud
let groups: TargetGroups
let elb: ElasticLoadBalancingV2

const vpc = 'vpc-00000000000000001'
const subnets = ['subnet-0000000000000000a', 'subnet-0000000000000000b']

beforeAll(async () => {
  cloud = await openTestCloud()
  groups = new TargetGroups(cloud)
  elb = groups.client
})

afterAll(async () => {
  groups.close()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

describe('load balancers', () => {
  test("a new one is described with AWS's defaults, and apart from classic ones", async () => {
    const { LoadBalancers: [made] = [] } = await elb.createLoadBalancer({ Name: 'plain', Subnets: subnets })
    expect(made).toEqual({
      LoadBalancerArn: expect.stringMatching(
        /^arn:aws:elasticloadbalancing:eu-west-1:\d{12}:loadbalancer\/app\/plain\/[0-9a-f]{16}$/,
      ),
      DNSName: expect.stringMatching(/^plain-\d+\.eu-west-1\.elb\.amazonaws\.com$/),
      CanonicalHostedZoneId: 'Z32O12XQLNTSW2',
      CreatedTime: expect.any(Date),
      LoadBalancerName: 'plain',
      Scheme: 'internet-facing',
      VpcId: vpc,
      State: { Code: 'provisioning' },
      Type: 'application',
      AvailabilityZones: [
        { ZoneName: 'eu-west-1a', SubnetId: subnets[0], LoadBalancerAddresses: [] },
        { ZoneName: 'eu-west-1b', SubnetId: subnets[1], LoadBalancerAddresses: [] },
      ],
      SecurityGroups: ['sg-00000000000000001'],
      IpAddressType: 'ipv4',
    })
    await until(async () => {
      const { LoadBalancers } = await elb.describeLoadBalancers({ Names: ['plain'] })
      return LoadBalancers?.[0]?.State?.Code === 'active'
    }, 'active')
    const classic = new ElasticLoadBalancing(cloud.config)
    expect((await classic.describeLoadBalancers({})).LoadBalancerDescriptions).toEqual([])
    classic.destroy()
  })

  test('the same request twice makes one, and one is deleted without complaint when it is gone', async () => {
    const arn = await groups.createBalancer('twice')
    expect(await groups.createBalancer('twice')).toBe(arn)
    await elb.deleteLoadBalancer({ LoadBalancerArn: arn })
    await elb.deleteLoadBalancer({ LoadBalancerArn: arn })
    expect(await refusal(elb.describeLoadBalancers({ LoadBalancerArns: [arn] }))).toBe(
      `LoadBalancerNotFoundException: Load balancers '[${arn}]' not found`,
    )
  })

  test('one keeps its security groups from being deleted', async () => {
    const group = { GroupName: 'mine', Description: 'mine' }
    const { GroupId = '' } = await cloud.ec2.createSecurityGroup(group)
    const LoadBalancerArn = await groups.createBalancer('guarded')
    await elb.setSecurityGroups({ LoadBalancerArn, SecurityGroups: [GroupId] })
    expect(await refusal(cloud.ec2.deleteSecurityGroup({ GroupId }))).toMatch(/^DependencyViolation/)
    await elb.deleteLoadBalancer({ LoadBalancerArn })
    await cloud.ec2.deleteSecurityGroup({ GroupId })
  })

  test('one is kept from being deleted while that protection is on', async () => {
    const LoadBalancerArn = await groups.createBalancer('kept')
    const protect = (Value: string) =>
      elb.modifyLoadBalancerAttributes({
        LoadBalancerArn,
        Attributes: [{ Key: 'deletion_protection.enabled', Value }],
      })
    await protect('true')
    expect(await refusal(elb.deleteLoadBalancer({ LoadBalancerArn }))).toMatch(/^OperationNotPermitted/)
    await protect('false')
    await elb.deleteLoadBalancer({ LoadBalancerArn })
  })
})

describe('a network load balancer', () => {
  test('has private addresses, rules for PrivateLink and reserved capacity', async () => {
    const SubnetMappings = [{ SubnetId: subnets[0], PrivateIPv4Address: '172.31.0.10' }]
    const SecurityGroups = ['sg-00000000000000001']
    const { LoadBalancers: [made] = [] } = await elb.createLoadBalancer({
      Name: 'inward',
      Type: 'network',
      Scheme: 'internal',
      SubnetMappings,
      SecurityGroups,
    })
    const LoadBalancerArn = made?.LoadBalancerArn
    expect(made).toMatchObject({
      AvailabilityZones: [{ LoadBalancerAddresses: [{ PrivateIPv4Address: '172.31.0.10' }] }],
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on',
    })
    await elb.setSecurityGroups({
      LoadBalancerArn,
      SecurityGroups,
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
    })
    const { LoadBalancers: [changed] = [] } = await elb.describeLoadBalancers({ Names: ['inward'] })
    expect(changed?.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic).toBe('off')

    const MinimumLoadBalancerCapacity = { CapacityUnits: 100 }
    await elb.modifyCapacityReservation({ LoadBalancerArn, MinimumLoadBalancerCapacity })
    expect(await elb.describeCapacityReservation({ LoadBalancerArn })).toMatchObject({
      MinimumLoadBalancerCapacity,
      CapacityReservationState: [{ State: { Code: 'provisioned' }, EffectiveCapacityUnits: 100 }],
    })
    await elb.modifyCapacityReservation({ LoadBalancerArn, ResetCapacityReservation: true })
    const { MinimumLoadBalancerCapacity: left } = await elb.describeCapacityReservation({ LoadBalancerArn })
    expect(left).toBeUndefined()
  })

  test.each([
    [{ IpAddressType: 'dualstack' }, 'The local cloud has no IP address type dualstack'],
    [{ CustomerOwnedIpv4Pool: 'ipv4pool-coip-1' }, 'The local cloud has no pools of addresses'],
    [{ EnablePrefixForIpv6SourceNat: 'on' }, 'Source NAT prefixes need a dualstack load balancer'],
    [
      { Subnets: undefined, SubnetMappings: [{ SubnetId: subnets[0], AllocationId: 'eipalloc-1' }] },
      'The local cloud has no elastic addresses',
    ],
  ])('is refused with words where it cannot be had: %j', async (changes, words) => {
    const made = groups.createBalancer('refused', { Type: 'network', ...changes })
    expect(await refusal(made)).toContain(`ValidationError: ${words}`)
  })
})

describe('target groups', () => {
  test("a new one is described with AWS's defaults", async () => {
    const { TargetGroups: [made] = [] } = await elb.createTargetGroup({
      Name: 'plain',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: vpc,
    })
    expect(made).toEqual({
      TargetGroupArn: expect.stringMatching(/:targetgroup\/plain\/[0-9a-f]{16}$/),
      TargetGroupName: 'plain',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: vpc,
      HealthCheckProtocol: 'HTTP',
      HealthCheckPort: 'traffic-port',
      HealthCheckEnabled: true,
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      HealthCheckPath: '/',
      Matcher: { HttpCode: '200' },
      LoadBalancerArns: [],
      TargetType: 'instance',
      ProtocolVersion: 'HTTP1',
      IpAddressType: 'ipv4',
    })
    const { Attributes = [] } = await elb.describeTargetGroupAttributes({
      TargetGroupArn: made?.TargetGroupArn,
    })
    expect(Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '300' })
    expect(Attributes).toContainEqual({ Key: 'stickiness.type', Value: 'lb_cookie' })
  })

  test('one for gRPC is checked by its codes, and one says all that it was made with', async () => {
    const TargetControlPort = 9443
    const TargetGroupArn = await groups.createGroup('grpc', { ProtocolVersion: 'GRPC', TargetControlPort })
    const described = async () =>
      (await elb.describeTargetGroups({ TargetGroupArns: [TargetGroupArn] })).TargetGroups?.[0]
    expect(await described()).toMatchObject({
      ProtocolVersion: 'GRPC',
      HealthCheckPath: '/AWS.ALB/healthcheck',
      Matcher: { GrpcCode: '12' },
      TargetControlPort,
    })
    await elb.modifyTargetGroup({ TargetGroupArn, Matcher: { GrpcCode: '0-5' } })
    expect((await described())?.Matcher).toEqual({ GrpcCode: '0-5' })
    const [id = ''] = await cloud.launch(1)
    await groups.serve(id, 'grpc')
    const balancer = await groups.createBalancer('grpc')
    await groups.listen(balancer, { Type: 'forward', TargetGroupArn })
    await groups.register(TargetGroupArn, id)
    await groups.healthy(TargetGroupArn, 1)
  })

  test.each([
    [{ TargetType: 'lambda' }, 'The local cloud has no targets of type lambda'],
    [{ Protocol: 'UDP' }, 'The local cloud has no target groups of protocol UDP'],
    [{ VpcId: 'vpc-0000000000000dead' }, "The VPC ID 'vpc-0000000000000dead' is not found"],
    [{ Matcher: { GrpcCode: '0' } }, 'A matcher of gRPC codes cannot be specified'],
    [{ Protocol: 'TCP', ProtocolVersion: 'HTTP2' }, 'A protocol version and a target control port cannot'],
    [{ HealthCheckEnabled: false }, 'Health check enabled must be true'],
    [{ HealthCheckPath: 'health' }, "Health check path 'health' must begin with '/'"],
  ])('what is not here is refused with words: %j', async (changes, words) => {
    expect(await refusal(groups.createGroup('refused', changes))).toContain(`ValidationError: ${words}`)
  })
})

describe('targets', () => {
  test('are unused while no listener leads to their group, or their zone is not enabled, or they are stopped', async () => {
    const [here = ''] = await cloud.launch(1)
    const [elsewhere = ''] = await cloud.launch(1, 'eu-west-1c')
    const arn = await groups.createGroup('idle')
    await groups.register(arn, here, elsewhere)
    const reasons = async () =>
      (await groups.health(arn)).map(({ TargetHealth }) => [TargetHealth?.State, TargetHealth?.Description])
    const notConfigured = 'Target group is not configured to receive traffic from the load balancer'
    expect(await reasons()).toEqual([
      ['unused', notConfigured],
      ['unused', notConfigured],
    ])

    const balancer = await groups.createBalancer('idle')
    const listener = await groups.listen(balancer, { Type: 'forward', TargetGroupArn: arn })
    const notEnabled = 'Target is in an Availability Zone that is not enabled for the load balancer'
    expect((await reasons())[1]).toEqual(['unused', notEnabled])
    await elb.setSubnets({ LoadBalancerArn: balancer, Subnets: [...subnets, 'subnet-0000000000000000c'] })
    expect((await reasons()).map(([state]) => state)).toEqual([
      expect.stringMatching(/initial|unhealthy/),
      expect.stringMatching(/initial|unhealthy/),
    ])

    await cloud.stop(here)
    expect((await reasons())[0]).toEqual(['unused', 'Target is in the stopped state'])
    expect(await refusal(groups.register(arn, here))).toBe(
      `InvalidTargetException: The following targets are not in a running state and cannot be registered: '${here}'`,
    )
    await cloud.terminate(here)
    await until(async () => (await groups.health(arn)).length === 1, 'the terminated one gone')

    await elb.deleteListener({ ListenerArn: listener })
    expect(await reasons()).toEqual([['unused', notConfigured]])
  })
})

test('everything outlives the process of the cloud', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'viridian-elbv2-'))
  const open = async () => {
    const opened = await openCloud({ directory, timeScale: 0.02 })
    const { endpoint, region, accessKeyId, secretAccessKey } = opened
    const config = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
    return { opened, elb: new ElasticLoadBalancingV2(config), ec2: new EC2(config) }
  }
  const first = await open()
  const { TargetGroups: [group] = [] } = await first.elb.createTargetGroup({
    Name: 'web',
    Protocol: 'TCP',
    Port: 2222,
    VpcId: vpc,
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 4,
  })
  const TargetGroupArn = group?.TargetGroupArn
  const network = { Name: 'web', Type: 'network' as const, Subnets: subnets.slice(0, 1) }
  const { LoadBalancers: [balancer] = [] } = await first.elb.createLoadBalancer(network)
  const LoadBalancerArn = balancer?.LoadBalancerArn
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }]
  await first.elb.createListener({ LoadBalancerArn, Protocol: 'TCP', Port: 8080, DefaultActions })
  const { Images: [image] = [] } = await first.ec2.describeImages({ Owners: ['amazon'] })
  const { Instances: [instance] = [] } = await first.ec2.runInstances({
    ImageId: image?.ImageId,
    MinCount: 1,
    MaxCount: 1,
    Placement: { AvailabilityZone: 'us-east-1a' },
  })
  const target = { Id: instance?.InstanceId ?? '' }
  const register = () => first.elb.registerTargets({ TargetGroupArn, Targets: [target] })
  await until(async () => (await refusal(register())) === 'not refused', 'registered')
  for (const client of [first.elb, first.ec2]) client.destroy()
  await first.opened.close()

  const second = await open()
  await until(async () => {
    const { TargetHealthDescriptions = [] } = await second.elb.describeTargetHealth({ TargetGroupArn })
    return TargetHealthDescriptions[0]?.TargetHealth?.State === 'healthy'
  }, 'healthy again')
  const { Listeners = [] } = await second.elb.describeListeners({ LoadBalancerArn })
  expect(Listeners.map(({ Port }) => Port)).toEqual([8080])
  for (const client of [second.elb, second.ec2]) client.destroy()
  await second.opened.close()
  await rm(directory, { recursive: true, force: true })
})
