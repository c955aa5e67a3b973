import { Resolver } from 'node:dns/promises'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect, type PeerCertificate } from 'node:tls'
import { ACM } from '@aws-sdk/client-acm'
import { ElasticLoadBalancing, type LoadBalancerDescription } from '@aws-sdk/client-elastic-load-balancing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCloud } from '../../cloud.ts'
import { certificateFor } from '../testing/certificate.ts'
import { openTestCloud, refusal, region, type TestCloud } from '../testing/test-cloud.ts'

let cloud: TestCloud
let acm: ACM
let elb: ElasticLoadBalancing

const web = { LoadBalancerName: 'web' }

beforeEach(async () => {
  cloud = await openTestCloud()
  acm = new ACM(cloud.config)
  elb = new ElasticLoadBalancing(cloud.config)
})

afterEach(async () => {
  for (const client of [acm, elb]) client.destroy()
  await cloud.close()
})

async function importFor(name: string, CertificateArn?: string): Promise<string> {
  const { certificate, privateKey } = await certificateFor(name)
  const imported = await acm.importCertificate({
    Certificate: Buffer.from(certificate),
    PrivateKey: Buffer.from(privateKey),
    CertificateArn,
  })
  return imported.CertificateArn ?? ''
}

const listener = (Protocol: string, LoadBalancerPort: number, SSLCertificateId: string) => ({
  Protocol,
  LoadBalancerPort,
  InstanceProtocol: Protocol === 'SSL' ? 'TCP' : 'HTTP',
  InstancePort: 2222,
  SSLCertificateId,
})

/** Creates `web` with the listeners; resolves to its address. */
async function createWeb(...listeners: object[]): Promise<string> {
  const Listeners = listeners.map((each) => ({
    Protocol: 'HTTP',
    LoadBalancerPort: 1,
    InstancePort: 1,
    ...each,
  }))
  const { DNSName = '' } = await elb.createLoadBalancer({
    ...web,
    Listeners,
    AvailabilityZones: ['eu-west-1a'],
  })
  return (await cloud.resolver.resolve4(DNSName))[0] ?? ''
}

async function describeWeb(): Promise<LoadBalancerDescription | undefined> {
  return (await elb.describeLoadBalancers({ LoadBalancerNames: ['web'] })).LoadBalancerDescriptions?.[0]
}

/** Whose certificate is shown there. */
async function shown(host: string, port: number): Promise<unknown> {
  const certificate = await new Promise<PeerCertificate>((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate())
      socket.destroy()
    })
    socket.once('error', reject)
  })
  return certificate.subject.CN
}

test('an HTTPS listener speaks with its certificate, and has the default security policy', async () => {
  const arn = await importFor('www.example.test')
  const address = await createWeb(listener('HTTPS', 8443, arn))
  expect(await shown(address, 8443)).toBe('www.example.test')
  const status = await new Promise((resolve, reject) => {
    const asked = request({ host: address, port: 8443, rejectUnauthorized: false }, (answer) => {
      text(answer).then(() => resolve(answer.statusCode), reject)
    })
    asked.once('error', reject).end()
  })
  expect(status).toBe(503)
  expect(await describeWeb()).toMatchObject({
    ListenerDescriptions: [
      {
        Listener: listener('HTTPS', 8443, arn),
        PolicyNames: ['ELBSecurityPolicy-2016-08'],
      },
    ],
    Policies: { OtherPolicies: ['ELBSecurityPolicy-2016-08'] },
  })
  const { PolicyDescriptions } = await elb.describeLoadBalancerPolicies(web)
  expect(PolicyDescriptions).toMatchObject([
    {
      PolicyName: 'ELBSecurityPolicy-2016-08',
      PolicyTypeName: 'SSLNegotiationPolicyType',
      PolicyAttributeDescriptions: expect.arrayContaining([
        { AttributeName: 'Reference-Security-Policy', AttributeValue: 'ELBSecurityPolicy-2016-08' },
        { AttributeName: 'Protocol-TLSv1.2', AttributeValue: 'true' },
      ]),
    },
  ])
})

test('an SSL listener joins what it decrypts to an instance', async () => {
  const address = await createWeb(listener('SSL', 8443, await importFor('ssh.example.test')))
  const [InstanceId = ''] = await cloud.launch(1)
  const HealthCheck = {
    Target: 'TCP:2222',
    Interval: 5,
    Timeout: 4,
    HealthyThreshold: 2,
    UnhealthyThreshold: 2,
  }
  await elb.configureHealthCheck({ ...web, HealthCheck })
  await elb.registerInstancesWithLoadBalancer({ ...web, Instances: [{ InstanceId }] })
  await cloud.serving('web', 1)
  const greeting = await new Promise<string>((resolve, reject) => {
    const socket = connect({ host: address, port: 8443, rejectUnauthorized: false })
    socket.once('error', reject).once('data', (data: Buffer) => {
      resolve(data.toString())
      socket.destroy()
    })
  })
  expect(greeting).toMatch(/^SSH-2\.0/)
})

test('a certificate changes under an open listener, and is kept while it is in use', async () => {
  const [first, second] = [await importFor('one.example.test'), await importFor('two.example.test')]
  const address = await createWeb({}, listener('HTTPS', 8443, first))
  const set = (LoadBalancerPort: number, SSLCertificateId: string) =>
    elb.setLoadBalancerListenerSSLCertificate({ ...web, LoadBalancerPort, SSLCertificateId })
  await set(8443, second)
  expect(await shown(address, 8443)).toBe('two.example.test')
  await acm.deleteCertificate({ CertificateArn: first })
  expect(await refusal(acm.deleteCertificate({ CertificateArn: second }))).toMatch(
    /^ResourceInUseException: .*:loadbalancer\/web/,
  )
  const { Certificate } = await acm.describeCertificate({ CertificateArn: second })
  expect(Certificate?.InUseBy).toEqual([expect.stringMatching(/:loadbalancer\/web$/)])
  await importFor('three.example.test', second)
  await expect.poll(() => shown(address, 8443)).toBe('three.example.test')
  expect(await refusal(set(8443, first))).toMatch(/^CertificateNotFound/)
  expect(await refusal(set(1, second))).toMatch(/^InvalidConfigurationRequest/)
  expect(await refusal(set(2, second))).toMatch(/^ListenerNotFound/)
  expect((await describeWeb())?.ListenerDescriptions?.[1]?.Listener?.SSLCertificateId).toBe(second)
  await elb.deleteLoadBalancer(web)
  await acm.deleteCertificate({ CertificateArn: second })
})

test('policies of every type are kept whole, and set where they fit', async () => {
  await createWeb({}, listener('HTTPS', 8443, await importFor('www.example.test')))
  const create = (PolicyName: string, type: string, ...attributes: [string, string][]) =>
    elb.createLoadBalancerPolicy({
      ...web,
      PolicyName,
      PolicyTypeName: `${type}PolicyType`,
      PolicyAttributes: attributes.map(([AttributeName, AttributeValue]) => ({
        AttributeName,
        AttributeValue,
      })),
    })
  const PublicKeyPolicyName: [string, string] = ['PublicKeyPolicyName', 'key']
  const early = create('known', 'BackendServerAuthentication', PublicKeyPolicyName)
  expect(await refusal(early)).toMatch(/^InvalidConfigurationRequestException: key/)
  await create('key', 'PublicKey', ['PublicKey', 'MIIB'])
  await create('known', 'BackendServerAuthentication', PublicKeyPolicyName)
  await create('modern', 'SSLNegotiation', ['Reference-Security-Policy', 'ELBSecurityPolicy-TLS-1-2-2017-01'])
  await create('own', 'SSLNegotiation', ['Protocol-TLSv1.2', 'true'], ['AES128-SHA', 'false'])
  await create('session', 'LBCookieStickiness')
  await create('app', 'AppCookieStickiness', ['CookieName', 'id'])
  expect(await refusal(create('odd', 'ProxyProtocol'))).toMatch(/needs ProxyProtocol/)
  expect(await refusal(create('odd', 'ProxyProtocol', ['Mood', 'true']))).toMatch(/no attribute Mood/)
  expect(await refusal(create('odd', 'PublicKey', ['PublicKey', 'a'], ['PublicKey', 'b']))).toMatch(
    /more than/,
  )

  const set = (LoadBalancerPort: number, ...PolicyNames: string[]) =>
    elb.setLoadBalancerPoliciesOfListener({ ...web, LoadBalancerPort, PolicyNames })
  await set(8443, 'modern', 'app')
  expect(await refusal(set(1, 'modern'))).toMatch(/not for the HTTP listener 1/)
  expect(await refusal(set(8443, 'app', 'session'))).toMatch(/Only one of/)
  expect(await refusal(set(8443, 'key'))).toMatch(/^InvalidConfigurationRequest/)
  const back = (...PolicyNames: string[]) =>
    elb.setLoadBalancerPoliciesForBackendServer({ ...web, InstancePort: 2222, PolicyNames })
  await back('known')
  expect(await refusal(back('app'))).toMatch(/not for instances/)

  expect(await describeWeb()).toMatchObject({
    ListenerDescriptions: [{ PolicyNames: [] }, { PolicyNames: ['modern', 'app'] }],
    BackendServerDescriptions: [{ InstancePort: 2222, PolicyNames: ['known'] }],
    Policies: {
      AppCookieStickinessPolicies: [{ PolicyName: 'app', CookieName: 'id' }],
      LBCookieStickinessPolicies: [{ PolicyName: 'session' }],
      OtherPolicies: ['ELBSecurityPolicy-2016-08', 'key', 'known', 'modern', 'own'],
    },
  })
  const { PolicyDescriptions = [] } = await elb.describeLoadBalancerPolicies({
    ...web,
    PolicyNames: ['modern', 'own', 'session'],
  })
  const [modern, own, session] = PolicyDescriptions.map(({ PolicyAttributeDescriptions = [] }) =>
    Object.fromEntries(PolicyAttributeDescriptions.map((each) => [each.AttributeName, each.AttributeValue])),
  )
  expect(modern).toMatchObject({ 'Protocol-TLSv1.1': 'false', 'Protocol-TLSv1.2': 'true' })
  expect(own).toEqual({ 'Protocol-TLSv1.2': 'true', 'AES128-SHA': 'false' })
  expect(session).toEqual({})
  const types = await elb.describeLoadBalancerPolicyTypes({ PolicyTypeNames: ['PublicKeyPolicyType'] })
  expect(types.PolicyTypeDescriptions?.[0]?.PolicyAttributeTypeDescriptions).toEqual([
    { AttributeName: 'PublicKey', AttributeType: 'String', Cardinality: 'ONE' },
  ])
  const samples = (await elb.describeLoadBalancerPolicies({})).PolicyDescriptions ?? []
  expect(samples.map(({ PolicyName }) => PolicyName)).toContain('ELBSecurityPolicy-TLS-1-2-2017-01')
})

test('a certificate and its listener outlive the process of the cloud, and the key is private', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'viridian-secure-'))
  const options = { directory, region, timeScale: 0.02 }
  const first = await openCloud(options)
  const { endpoint, accessKeyId, secretAccessKey } = first
  const config = { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
  const clients = { acm: new ACM(config), elb: new ElasticLoadBalancing(config) }
  const { certificate, privateKey } = await certificateFor('kept.example.test')
  const imported = await clients.acm.importCertificate({
    Certificate: Buffer.from(certificate),
    PrivateKey: Buffer.from(privateKey),
  })
  const { DNSName = '' } = await clients.elb.createLoadBalancer({
    ...web,
    Listeners: [listener('HTTPS', 8443, imported.CertificateArn ?? '')],
    AvailabilityZones: ['eu-west-1a'],
  })
  for (const client of Object.values(clients)) client.destroy()
  await first.close()
  expect((await stat(join(directory, 'records.json'))).mode & 0o077).toBe(0)
  const second = await openCloud(options)
  const resolver = new Resolver()
  resolver.setServers([`${second.dns.address}:${second.dns.port}`])
  const [address = ''] = await resolver.resolve4(DNSName)
  expect(await shown(address, 8443)).toBe('kept.example.test')
  await second.close()
  await rm(directory, { recursive: true })
})
