import { once } from 'node:events'
import { connect } from 'node:tls'
import { ACM } from '@aws-sdk/client-acm'
import type { Action, ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { certificateFor } from '../testing/certificate.ts'
import { TargetGroups } from '../testing/target-groups.ts'
import { openTestCloud, refusal, type TestCloud } from '../testing/test-cloud.ts'

let cloud: TestCloud
let groups: TargetGroups
let elb: ElasticLoadBalancingV2
let acm: ACM

beforeAll(async () => {
  cloud = await openTestCloud()
  groups = new TargetGroups(cloud)
  elb = groups.client
  acm = new ACM(cloud.config)
})

afterAll(async () => {
  acm.destroy()
  groups.close()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

const answer: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } }

async function certificate(name: string): Promise<string> {
  const made = await certificateFor(name, {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  })
  const { CertificateArn = '' } = await acm.importCertificate({
    Certificate: Buffer.from(made.certificate),
    PrivateKey: Buffer.from(made.privateKey),
  })
  return CertificateArn
}

/** A secure listener; what it shows to a client that asks for a name. */
async function secured(name: string, changes: object = {}) {
  const CertificateArn = await certificate(`${name}.example.test`)
  const balancer = await groups.createBalancer(name)
  const ListenerArn = await groups.listen(balancer, answer, {
    Protocol: 'HTTPS',
    Port: 8443,
    Certificates: [{ CertificateArn }],
    ...changes,
  })
  const host = await groups.addressOf(balancer)
  const shown = async (servername: string) => {
    const socket = connect({ host, port: 8443, servername, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { subject } = socket.getPeerCertificate()
    socket.destroy()
    return subject.CN
  }
  const described = async () => {
    const { Listeners: [listener] = [] } = await elb.describeListeners({ ListenerArns: [ListenerArn] })
    return listener
  }
  return { ListenerArn, CertificateArn, balancer, shown, described }
}

describe('the certificates of a listener', () => {
  test('are chosen by the name that a client asks for, and are kept when the default one changes', async () => {
    const { ListenerArn, CertificateArn, shown, described } = await secured('names')
    const other = await certificate('other.example.test')
    const Certificates = [{ CertificateArn: other }]
    const inUse = async () => (await acm.describeCertificate({ CertificateArn: other })).Certificate?.InUseBy
    expect(await elb.addListenerCertificates({ ListenerArn, Certificates })).toMatchObject({
      Certificates: [{ CertificateArn: other, IsDefault: false }],
    })
    await elb.addListenerCertificates({ ListenerArn, Certificates })
    expect((await elb.describeListenerCertificates({ ListenerArn })).Certificates).toEqual([
      { CertificateArn, IsDefault: true },
      { CertificateArn: other, IsDefault: false },
    ])
    expect((await described())?.Certificates).toEqual([{ CertificateArn }])
    expect(await inUse()).toHaveLength(1)
    expect(await shown('other.example.test')).toBe('other.example.test')
    expect(await shown('unknown.example.test')).toBe('names.example.test')

    const renewed = await certificate('names.example.test')
    await elb.modifyListener({ ListenerArn, Certificates: [{ CertificateArn: renewed }] })
    expect(await shown('other.example.test')).toBe('other.example.test')

    await elb.removeListenerCertificates({ ListenerArn, Certificates })
    expect(await shown('other.example.test')).toBe('names.example.test')
    expect(await inUse()).toEqual([])
    const own = elb.removeListenerCertificates({ ListenerArn, Certificates: [{ CertificateArn: renewed }] })
    expect(await refusal(own)).toMatch(/^OperationNotPermittedException: The default certificate/)
  })

  test.each([
    [[], 'ValidationError: A certificate must be specified'],
    [[{ CertificateArn: 'arn:a' }, { CertificateArn: 'arn:b' }], 'ValidationError: Only one certificate'],
    [[{ CertificateArn: 'arn:a' }], 'CertificateNotFoundException: '],
  ])('are added one at a time, and only where they exist: %j', async (Certificates, words) => {
    const { ListenerArn } = await secured(`refused-${Certificates.length}${words.length}`)
    expect(await refusal(elb.addListenerCertificates({ ListenerArn, Certificates }))).toContain(words)
  })
})

test('what clients have to show is described, off unless it is asked for', async () => {
  const { ListenerArn, described } = await secured('mutual')
  expect((await described())?.MutualAuthentication).toEqual({ Mode: 'off' })
  await elb.modifyListener({ ListenerArn, MutualAuthentication: { Mode: 'passthrough' } })
  expect((await described())?.MutualAuthentication).toEqual({ Mode: 'passthrough' })

  const bundle = { CaCertificatesBundleS3Bucket: 'ours', CaCertificatesBundleS3Key: 'authorities.pem' }
  const { TrustStores: [store] = [] } = await elb.createTrustStore({ Name: 'clients', ...bundle })
  const TrustStoreArn = store?.TrustStoreArn
  await elb.modifyListener({ ListenerArn, MutualAuthentication: { Mode: 'verify', TrustStoreArn } })
  expect((await described())?.MutualAuthentication).toEqual({
    Mode: 'verify',
    TrustStoreArn,
    IgnoreClientCertificateExpiry: false,
    AdvertiseTrustStoreCaNames: 'off',
  })
  expect(await refusal(elb.deleteTrustStore({ TrustStoreArn }))).toMatch(/^TrustStoreInUse/)
  const missing = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:truststore/gone/0123456789abcdef'
  const verify = { Mode: 'verify', TrustStoreArn: missing }
  expect(await refusal(elb.modifyListener({ ListenerArn, MutualAuthentication: verify }))).toMatch(
    /^TrustStoreNotFound/,
  )
  await elb.deleteListener({ ListenerArn })
  await elb.deleteTrustStore({ TrustStoreArn })
})

test('an ALPN policy is a TLS listener’s', async () => {
  const TargetGroupArn = await groups.createGroup('alpn', { Protocol: 'TCP' })
  const balancer = await groups.createBalancer('alpn', { Type: 'network' })
  const Certificates = [{ CertificateArn: await certificate('alpn.example.test') }]
  const forward: Action = { Type: 'forward', TargetGroupArn }
  const tls = { Protocol: 'TLS', Port: 8443, Certificates }
  const ListenerArn = await groups.listen(balancer, forward, { ...tls, AlpnPolicy: ['HTTP2Optional'] })
  const { Listeners: [listener] = [] } = await elb.describeListeners({ ListenerArns: [ListenerArn] })
  expect(listener?.AlpnPolicy).toEqual(['HTTP2Optional'])
  const plain = groups.listen(balancer, forward, { Protocol: 'TCP', AlpnPolicy: ['HTTP1Only'] })
  expect(await refusal(plain)).toMatch(/^ALPNPolicyNotSupported/)
})

describe('authentication', () => {
  const oidc = {
    Issuer: 'https://issuer.example.test',
    AuthorizationEndpoint: 'https://issuer.example.test/authorize',
    TokenEndpoint: 'https://issuer.example.test/token',
    UserInfoEndpoint: 'https://issuer.example.test/user',
    ClientId: 'web',
  }
  const actions = (config: object): Action[] => [
    { Type: 'authenticate-oidc', Order: 1, AuthenticateOidcConfig: { ...oidc, ...config } },
    { ...answer, Order: 2 },
  ]

  test('is described without its secret, which a change may leave as it is', async () => {
    const { ListenerArn, described } = await secured('oidc')
    const DefaultActions = actions({ ClientSecret: 'hush' })
    await elb.modifyListener({ ListenerArn, DefaultActions })
    const [first, second] = (await described())?.DefaultActions ?? []
    expect(first).toEqual({
      Type: 'authenticate-oidc',
      Order: 1,
      AuthenticateOidcConfig: {
        ...oidc,
        SessionCookieName: 'AWSELBAuthSessionCookie',
        Scope: 'openid',
        SessionTimeout: 604_800,
        AuthenticationRequestExtraParams: {},
        OnUnauthenticatedRequest: 'authenticate',
      },
    })
    expect(second).toMatchObject({ Type: 'fixed-response', Order: 2 })
    await elb.modifyListener({
      ListenerArn,
      DefaultActions: actions({ UseExistingClientSecret: true, Scope: 'email' }),
    })
    await elb.modifyListener({ ListenerArn, SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06' })
    expect((await described())?.DefaultActions?.[0]?.AuthenticateOidcConfig?.Scope).toBe('email')
  })

  test('needs its secret where it is new, an HTTPS listener, and an end', async () => {
    const { ListenerArn, balancer } = await secured('refused-oidc')
    const modified = (DefaultActions: Action[]) =>
      refusal(elb.modifyListener({ ListenerArn, DefaultActions }))
    expect(await modified(actions({}))).toBe('ValidationError: A client secret must be specified')
    expect(await modified(actions({ UseExistingClientSecret: true }))).toMatch(/A client secret must be/)
    const [only = answer] = actions({ ClientSecret: 'hush' })
    expect(await modified([only])).toMatch(/^InvalidLoadBalancerActionException: The last action must be/)
    const http = elb.createListener({
      LoadBalancerArn: balancer,
      Protocol: 'HTTP',
      Port: 8080,
      DefaultActions: actions({ ClientSecret: 'hush' }),
    })
    expect(await refusal(http)).toMatch(/^InvalidLoadBalancerActionException: Actions of type/)
  })
})

describe('a target group', () => {
  test('is used by one load balancer only, also of two that ask at one moment', async () => {
    const TargetGroupArn = await groups.createGroup('shared')
    const both = await Promise.all(['shared-one', 'shared-two'].map((name) => groups.createBalancer(name)))
    const made = await Promise.all(
      both.map((balancer) => refusal(groups.listen(balancer, { Type: 'forward', TargetGroupArn }))),
    )
    expect(made.sort()).toEqual([
      expect.stringMatching(/^TargetGroupAssociationLimitException: /),
      'not refused',
    ])
  })

  test('is not deleted while a listener begins to lead to it', async () => {
    const TargetGroupArn = await groups.createGroup('going')
    const balancer = await groups.createBalancer('going')
    const [listened, deleted] = await Promise.all([
      refusal(groups.listen(balancer, { Type: 'forward', TargetGroupArn })),
      refusal(elb.deleteTargetGroup({ TargetGroupArn })),
    ])
    expect([listened, deleted].filter((each) => each === 'not refused')).toHaveLength(1)
    // The load balancer can still be changed.
    await groups.listen(balancer, answer, { Port: 8090 })
  })
})

test('a load balancer that goes is not found by what waits for it', async () => {
  const LoadBalancerArn = await groups.createBalancer('leaving')
  const [, listened] = await Promise.all([
    elb.deleteLoadBalancer({ LoadBalancerArn }),
    refusal(groups.listen(LoadBalancerArn, answer)),
  ])
  expect(listened).toMatch(/^(LoadBalancerNotFoundException|not refused)/)
})

test('listeners and rules are asked for by their own ARNs or by what they belong to', async () => {
  expect(await refusal(elb.describeListeners({}))).toBe(
    'ValidationError: You must specify either listener ARNs or a load balancer ARN',
  )
  expect(await refusal(elb.describeRules({}))).toBe(
    'ValidationError: You must specify either listener rule ARNs or a listener ARN',
  )
})
