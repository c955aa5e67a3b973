import { ElasticLoadBalancing, type LoadBalancerDescription } from '@aws-sdk/client-elastic-load-balancing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestCloud, refusal, type TestCloud, until } from '../testing/test-cloud.ts'

let cloud: TestCloud
let elb: ElasticLoadBalancing

const listener = { Protocol: 'http', LoadBalancerPort: 8080, InstancePort: 9000 }
const web = { LoadBalancerName: 'web' }

beforeEach(async () => {
  cloud = await openTestCloud()
  elb = new ElasticLoadBalancing(cloud.config)
})

afterEach(() => cloud.close())

async function createWeb(): Promise<string> {
  const { DNSName } = await elb.createLoadBalancer({
    ...web,
    Listeners: [listener],
    AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
    SecurityGroups: ['sg-00000000000000001'],
    Tags: [{ Key: 'team', Value: 'a' }],
  })
  return DNSName ?? ''
}

async function describeWeb(): Promise<LoadBalancerDescription> {
  const { LoadBalancerDescriptions } = await elb.describeLoadBalancers({ LoadBalancerNames: ['web'] })
  const [found] = LoadBalancerDescriptions ?? []
  if (found === undefined) throw new Error('no load balancer was described')
  return found
}

describe('load balancers', () => {
  test("a new one is described with AWS's defaults", async () => {
    const DNSName = await createWeb()
    expect(DNSName).toMatch(/^web-\d+\.eu-west-1\.elb\.amazonaws\.com$/)
    expect(await describeWeb()).toEqual({
      LoadBalancerName: 'web',
      DNSName,
      CanonicalHostedZoneName: DNSName,
      CanonicalHostedZoneNameID: 'Z32O12XQLNTSW2',
      ListenerDescriptions: [
        {
          Listener: {
            Protocol: 'HTTP',
            LoadBalancerPort: 8080,
            InstanceProtocol: 'HTTP',
            InstancePort: 9000,
          },
          PolicyNames: [],
        },
      ],
      Policies: { AppCookieStickinessPolicies: [], LBCookieStickinessPolicies: [], OtherPolicies: [] },
      BackendServerDescriptions: [],
      AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
      Subnets: [expect.stringMatching(/^subnet-/), expect.stringMatching(/^subnet-/)],
      VPCId: expect.stringMatching(/^vpc-/),
      Instances: [],
      HealthCheck: {
        Target: 'TCP:9000',
        Interval: 30,
        Timeout: 5,
        HealthyThreshold: 10,
        UnhealthyThreshold: 2,
      },
      SourceSecurityGroup: { OwnerAlias: expect.any(String), GroupName: 'default' },
      SecurityGroups: ['sg-00000000000000001'],
      CreatedTime: expect.any(Date),
      Scheme: 'internet-facing',
    })
  })

  test('the same request twice makes one; another request of the name is refused', async () => {
    expect(await createWeb()).toBe(await createWeb())
    const other = elb.createLoadBalancer({
      ...web,
      Listeners: [{ ...listener, InstancePort: 9001 }],
      AvailabilityZones: ['eu-west-1a'],
    })
    await expect(other).rejects.toMatchObject({
      name: 'DuplicateAccessPointNameException',
      message: 'Load Balancer named web already exists and it is configured with different parameters.',
    })
  })

  test.each([
    ['a'.repeat(33), 'ValidationError: LoadBalancer name cannot be longer than 32 characters'],
    ['web_1', 'ValidationError: LoadBalancer name must contain only alphanumeric characters or hyphens(-)'],
    ['-web', 'ValidationError: LoadBalancer name cannot begin or end with a hyphen'],
  ])('the name %s is refused', async (LoadBalancerName, words) => {
    const create = elb.createLoadBalancer({
      LoadBalancerName,
      Listeners: [listener],
      AvailabilityZones: ['eu-west-1a'],
    })
    expect(await refusal(create)).toBe(words)
  })

  test('refusals of unknown subnets, zones, schemes, protocols and groups', async () => {
    const create = (changes: object): Promise<string> =>
      refusal(
        elb.createLoadBalancer({
          ...web,
          Listeners: [listener],
          AvailabilityZones: ['eu-west-1a'],
          ...changes,
        }),
      )
    expect(await create({ AvailabilityZones: [], Subnets: ['subnet-none'] })).toMatch(
      /^SubnetNotFoundException/,
    )
    expect(await create({ AvailabilityZones: ['eu-west-1z'] })).toMatch(/^ValidationError/)
    expect(await create({ AvailabilityZones: [] })).toMatch(/^ValidationError: Either/)
    expect(await create({ Scheme: 'outward' })).toMatch(/^InvalidSchemeException/)
    for (const group of ['default', 'sg-0123456789abcdef0']) {
      expect(await create({ SecurityGroups: [group] })).toMatch(/^InvalidSecurityGroupException/)
    }
    expect(await create({ Listeners: [{ ...listener, Protocol: 'UDP' }] })).toMatch(/^UnsupportedProtocol/)
    expect(await create({ Listeners: [] })).toMatch(/^ValidationError/)
    expect(await create({ Listeners: [{ ...listener, InstanceProtocol: 'TCP' }] })).toMatch(
      /^ValidationError/,
    )
    expect((await elb.describeLoadBalancers({})).LoadBalancerDescriptions).toEqual([])
  })

  test('one that is unknown is not found, and is deleted without complaint', async () => {
    expect(await refusal(elb.describeLoadBalancers({ LoadBalancerNames: ['nope'] }))).toBe(
      "AccessPointNotFoundException: There is no ACTIVE Load Balancer named 'nope'",
    )
    await createWeb()
    await elb.deleteLoadBalancer(web)
    await elb.deleteLoadBalancer(web)
    expect((await elb.describeLoadBalancers({})).LoadBalancerDescriptions).toEqual([])
  })

  test('pages', async () => {
    for (const name of ['one', 'three', 'two']) {
      await elb.createLoadBalancer({
        LoadBalancerName: name,
        Listeners: [listener],
        AvailabilityZones: ['eu-west-1a'],
      })
    }
    const first = await elb.describeLoadBalancers({ PageSize: 2 })
    const second = await elb.describeLoadBalancers({ PageSize: 2, Marker: first.NextMarker ?? '' })
    const names = [...(first.LoadBalancerDescriptions ?? []), ...(second.LoadBalancerDescriptions ?? [])].map(
      ({ LoadBalancerName }) => LoadBalancerName,
    )
    expect(names).toEqual(['one', 'three', 'two'])
    expect(second.NextMarker).toBeUndefined()
    expect(await refusal(elb.describeLoadBalancers({ Marker: 'never-given' }))).toMatch(/^ValidationError/)
  })

  test('keep their security groups from being deleted, and those keep others', async () => {
    const make = async (GroupName: string): Promise<string> =>
      (await cloud.ec2.createSecurityGroup({ GroupName, Description: GroupName })).GroupId ?? ''
    const [outer, inner] = [await make('outer'), await make('inner')]
    await cloud.ec2.authorizeSecurityGroupIngress({
      GroupId: inner,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: outer }] },
      ],
    })
    await elb.createLoadBalancer({
      LoadBalancerName: 'grouped',
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 8080, InstancePort: 80 }],
      AvailabilityZones: ['eu-west-1a'],
      SecurityGroups: [outer],
    })
    const remove = (GroupId: string): Promise<unknown> => cloud.ec2.deleteSecurityGroup({ GroupId })
    expect(await refusal(remove(outer))).toMatch(/^DependencyViolation/)
    await elb.deleteLoadBalancer({ LoadBalancerName: 'grouped' })
    expect(await refusal(remove(outer))).toMatch(/^DependencyViolation/)
    await remove(inner)
    await remove(outer)
  })
})

describe('instances', () => {
  const stateOf = async (id: string) =>
    (await elb.describeInstanceHealth({ ...web, Instances: [{ InstanceId: id }] })).InstanceStates?.[0]

  test('registered ones are described; a terminated one is deregistered and left out', async () => {
    await createWeb()
    const [one = '', two = ''] = await cloud.launch(2)
    const Instances = [{ InstanceId: one }, { InstanceId: two }]
    expect((await elb.registerInstancesWithLoadBalancer({ ...web, Instances })).Instances).toEqual(Instances)
    expect(await stateOf(one)).toMatchObject({
      State: 'OutOfService',
      ReasonCode: 'ELB',
      Description: 'Instance registration is still in progress.',
    })
    await cloud.terminate(two)
    await until(async () => (await describeWeb()).Instances?.length === 1, 'the deregistration')
    const { InstanceStates } = await elb.describeInstanceHealth({ ...web, Instances })
    expect(InstanceStates?.map(({ InstanceId }) => InstanceId)).toEqual([one])
  })

  test('one that is not registered is answered for; one that does not exist is refused', async () => {
    await createWeb()
    const [one = ''] = await cloud.launch(1)
    expect(await stateOf(one)).toEqual({
      InstanceId: one,
      State: 'OutOfService',
      ReasonCode: 'Instance',
      Description: 'Instance is not currently registered with the LoadBalancer.',
    })
    const Instances = [{ InstanceId: 'i-00000000000000000' }]
    const words = 'InvalidEndPointException: Could not find EC2 instance i-00000000000000000.'
    expect(await refusal(elb.describeInstanceHealth({ ...web, Instances }))).toBe(words)
    expect(await refusal(elb.registerInstancesWithLoadBalancer({ ...web, Instances }))).toBe(words)
    expect(await refusal(elb.deregisterInstancesFromLoadBalancer({ ...web, Instances }))).toBe(words)
  })

  test('one in a zone that the load balancer does not serve gets no traffic until it does', async () => {
    await createWeb()
    const [one = ''] = await cloud.launch(1, 'eu-west-1c')
    await elb.registerInstancesWithLoadBalancer({ ...web, Instances: [{ InstanceId: one }] })
    expect((await stateOf(one))?.Description).toMatch(
      /Availability Zone for which LoadBalancer is not configured/,
    )
    await elb.enableAvailabilityZonesForLoadBalancer({ ...web, AvailabilityZones: ['eu-west-1c'] })
    expect((await stateOf(one))?.Description).toBe('Instance registration is still in progress.')
  })
})
