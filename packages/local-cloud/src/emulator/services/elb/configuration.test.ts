import { EC2 } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancing, type LoadBalancerDescription } from '@aws-sdk/client-elastic-load-balancing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestCloud, refusal, type TestCloud } from '../testing/test-cloud.ts'

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

describe('configuration', () => {
  test('a health check within the limits is kept; others are refused', async () => {
    await createWeb()
    const HealthCheck = {
      Target: 'HTTP:9000/health',
      Interval: 5,
      Timeout: 2,
      HealthyThreshold: 2,
      UnhealthyThreshold: 2,
    }
    expect((await elb.configureHealthCheck({ ...web, HealthCheck })).HealthCheck).toEqual(HealthCheck)
    expect((await describeWeb()).HealthCheck).toEqual(HealthCheck)
    const configure = (changes: object): Promise<string> =>
      refusal(elb.configureHealthCheck({ ...web, HealthCheck: { ...HealthCheck, ...changes } }))
    expect(await configure({ Timeout: 5 })).toMatch(/^ValidationError: HealthCheck timeout/)
    expect(await configure({ Interval: 4 })).toMatch(/greater than or equal to 5/)
    expect(await configure({ Interval: 301 })).toMatch(/less than or equal to 300/)
    expect(await configure({ HealthyThreshold: 1 })).toMatch(/greater than or equal to 2/)
    expect(await configure({ UnhealthyThreshold: 11 })).toMatch(/less than or equal to 10/)
    expect(await configure({ Target: 'HTTP:9000' })).toMatch(/path that begins with a slash/)
    expect(await configure({ Target: 'TCP:9000/x' })).toMatch(/^ValidationError/)
    expect(await configure({ Target: 'PING' })).toMatch(/^ValidationError/)
    expect((await describeWeb()).HealthCheck).toEqual(HealthCheck)
  })

  test('attributes change one by one', async () => {
    await createWeb()
    await elb.modifyLoadBalancerAttributes({
      ...web,
      LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 20 } },
    })
    await elb.modifyLoadBalancerAttributes({
      ...web,
      LoadBalancerAttributes: {
        ConnectionSettings: { IdleTimeout: 30 },
        CrossZoneLoadBalancing: { Enabled: true },
      },
    })
    const { LoadBalancerAttributes } = await elb.describeLoadBalancerAttributes(web)
    expect(LoadBalancerAttributes).toMatchObject({
      ConnectionDraining: { Enabled: true, Timeout: 20 },
      ConnectionSettings: { IdleTimeout: 30 },
      CrossZoneLoadBalancing: { Enabled: true },
      AccessLog: { Enabled: false },
    })
    const tooLong = { ConnectionDraining: { Enabled: true, Timeout: 3601 } }
    expect(
      await refusal(elb.modifyLoadBalancerAttributes({ ...web, LoadBalancerAttributes: tooLong })),
    ).toMatch(/^ValidationError/)
  })

  test('listeners come and go', async () => {
    await createWeb()
    const second = { ...listener, LoadBalancerPort: 8081 }
    await elb.createLoadBalancerListeners({ ...web, Listeners: [listener, second] })
    const ports = async (): Promise<unknown[]> =>
      ((await describeWeb()).ListenerDescriptions ?? []).map(({ Listener }) => Listener?.LoadBalancerPort)
    expect(await ports()).toEqual([8080, 8081])
    const clash = elb.createLoadBalancerListeners({ ...web, Listeners: [{ ...second, InstancePort: 1 }] })
    expect(await refusal(clash)).toMatch(/^DuplicateListenerException/)
    await elb.deleteLoadBalancerListeners({ ...web, LoadBalancerPorts: [8080] })
    expect(await ports()).toEqual([8081])
  })

  test('a certificate is not found, whichever is named', async () => {
    await createWeb()
    const SSLCertificateId = 'arn:aws:iam::123456789012:server-certificate/web'
    const secure = { Protocol: 'HTTPS', LoadBalancerPort: 8443, InstancePort: 9000, SSLCertificateId }
    const added = elb.createLoadBalancerListeners({ ...web, Listeners: [secure] })
    expect(await refusal(added)).toMatch(/^CertificateNotFound/)
    const set = (LoadBalancerPort: number): Promise<string> =>
      refusal(elb.setLoadBalancerListenerSSLCertificate({ ...web, LoadBalancerPort, SSLCertificateId }))
    expect(await set(8080)).toMatch(/^CertificateNotFound/)
    expect(await set(8443)).toMatch(/^ListenerNotFound/)
    expect((await describeWeb()).ListenerDescriptions).toHaveLength(1)
  })

  test('zones, subnets and groups', async () => {
    await createWeb()
    const enabled = await elb.enableAvailabilityZonesForLoadBalancer({
      ...web,
      AvailabilityZones: ['eu-west-1c'],
    })
    expect(enabled.AvailabilityZones).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c'])
    const disabled = await elb.disableAvailabilityZonesForLoadBalancer({
      ...web,
      AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
    })
    expect(disabled.AvailabilityZones).toEqual(['eu-west-1c'])
    const { Subnets = [] } = await describeWeb()
    expect((await elb.attachLoadBalancerToSubnets({ ...web, Subnets })).Subnets).toEqual(Subnets)
    expect(await refusal(elb.detachLoadBalancerFromSubnets({ ...web, Subnets }))).toMatch(
      /^InvalidConfigurationRequestException/,
    )
    const ec2 = new EC2(cloud.config)
    const made = ['front', 'back'].map((GroupName) =>
      ec2.createSecurityGroup({ GroupName, Description: GroupName }),
    )
    const SecurityGroups = (await Promise.all(made)).map(({ GroupId = '' }) => GroupId)
    await elb.applySecurityGroupsToLoadBalancer({ ...web, SecurityGroups })
    expect((await describeWeb()).SecurityGroups).toEqual(SecurityGroups)
  })

  test('tags', async () => {
    await createWeb()
    const names = { LoadBalancerNames: ['web'] }
    await elb.addTags({ ...names, Tags: [{ Key: 'stage', Value: 'x' }] })
    await elb.removeTags({ ...names, Tags: [{ Key: 'team' }] })
    expect((await elb.describeTags(names)).TagDescriptions).toEqual([
      { LoadBalancerName: 'web', Tags: [{ Key: 'stage', Value: 'x' }] },
    ])
    const twice = [
      { Key: 'a', Value: '1' },
      { Key: 'a', Value: '2' },
    ]
    expect(await refusal(elb.addTags({ ...names, Tags: twice }))).toMatch(/^DuplicateTagKeysException/)
    const many = Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: '' }))
    expect(await refusal(elb.addTags({ ...names, Tags: many }))).toMatch(/^TooManyTagsException/)
    expect(await refusal(elb.describeTags({ LoadBalancerNames: ['nope'] }))).toMatch(/^AccessPointNotFound/)
  })
})

describe('policies', () => {
  test('are made, set on listeners and back ends, and kept while in use', async () => {
    await createWeb()
    await elb.createAppCookieStickinessPolicy({ ...web, PolicyName: 'app', CookieName: 'session' })
    await elb.createLBCookieStickinessPolicy({ ...web, PolicyName: 'sticky', CookieExpirationPeriod: 60 })
    await elb.createLoadBalancerPolicy({
      ...web,
      PolicyName: 'proxy',
      PolicyTypeName: 'ProxyProtocolPolicyType',
      PolicyAttributes: [{ AttributeName: 'ProxyProtocol', AttributeValue: 'true' }],
    })
    await elb.setLoadBalancerPoliciesOfListener({ ...web, LoadBalancerPort: 8080, PolicyNames: ['sticky'] })
    await elb.setLoadBalancerPoliciesForBackendServer({ ...web, InstancePort: 9000, PolicyNames: ['proxy'] })
    expect(await describeWeb()).toMatchObject({
      ListenerDescriptions: [{ PolicyNames: ['sticky'] }],
      BackendServerDescriptions: [{ InstancePort: 9000, PolicyNames: ['proxy'] }],
      Policies: {
        AppCookieStickinessPolicies: [{ PolicyName: 'app', CookieName: 'session' }],
        LBCookieStickinessPolicies: [{ PolicyName: 'sticky', CookieExpirationPeriod: 60 }],
        OtherPolicies: ['proxy'],
      },
    })
    const { PolicyDescriptions } = await elb.describeLoadBalancerPolicies({ ...web, PolicyNames: ['proxy'] })
    expect(PolicyDescriptions).toEqual([
      {
        PolicyName: 'proxy',
        PolicyTypeName: 'ProxyProtocolPolicyType',
        PolicyAttributeDescriptions: [{ AttributeName: 'ProxyProtocol', AttributeValue: 'true' }],
      },
    ])
    expect(await refusal(elb.deleteLoadBalancerPolicy({ ...web, PolicyName: 'proxy' }))).toMatch(
      /^InvalidConfigurationRequest/,
    )
    await elb.deleteLoadBalancerPolicy({ ...web, PolicyName: 'app' })
    expect((await elb.describeLoadBalancerPolicies(web)).PolicyDescriptions).toHaveLength(2)
  })

  test('refusals', async () => {
    await createWeb()
    const policy = { ...web, PolicyName: 'app', CookieName: 'c' }
    await elb.createAppCookieStickinessPolicy(policy)
    expect(await refusal(elb.createAppCookieStickinessPolicy(policy))).toMatch(/^DuplicatePolicyName/)
    const listenerPolicies = { ...web, LoadBalancerPort: 8080, PolicyNames: ['nope'] }
    expect(await refusal(elb.setLoadBalancerPoliciesOfListener(listenerPolicies))).toMatch(/^PolicyNotFound/)
    const elsewhere = { ...web, LoadBalancerPort: 1, PolicyNames: ['app'] }
    expect(await refusal(elb.setLoadBalancerPoliciesOfListener(elsewhere))).toMatch(/^ListenerNotFound/)
    const unknown = { ...web, PolicyName: 'x', PolicyTypeName: 'NopeType' }
    expect(await refusal(elb.createLoadBalancerPolicy(unknown))).toMatch(/^PolicyTypeNotFound/)
  })
})
