import { ACM } from '@aws-sdk/client-acm'
import {
  type Action,
  type CreateTargetGroupInput,
  ElasticLoadBalancingV2,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { FleetCloud } from '../../../aws/src/testing/fleet-cloud.ts'
import { certificateFor } from '../../../local-cloud/src/emulator/services/testing/certificate.ts'
import { shopTags } from './shop.ts'

/** A load balancer of version 2, made by Amazon's SDK alone. */
export interface FrontShop {
  readonly client: ElasticLoadBalancingV2
  readonly arn: string
  readonly dnsName: string
  readonly targetGroups: readonly string[]
  /** By their ports, the ARNs of its listeners. */
  readonly listeners: Readonly<Record<number, string>>
}

const Tags = shopTags.filter(({ Key }) => !Key.startsWith('aws:'))

/** An Application Load Balancer with a setting of every kind, two target groups, and rules of every condition. */
export async function openApplicationShop(cloud: FleetCloud, Name: string): Promise<FrontShop> {
  const client = new ElasticLoadBalancingV2(cloud.settings)
  const { SecurityGroups: [group] = [] } = await cloud.ec2.describeSecurityGroups()
  const { arn, dnsName } = await create(cloud, client, {
    Name,
    Scheme: 'internal',
    SecurityGroups: [group?.GroupId ?? ''],
  })
  const [shop = '', cart = ''] = await Promise.all(
    ['shop', 'cart'].map((name) =>
      targetGroup(cloud, client, {
        Name: `${Name.slice(0, 20)}-${name}`,
        Protocol: 'HTTP',
        Port: 18_086,
        HealthCheckPath: `/health/${name}`,
        HealthCheckPort: '2222',
        HealthCheckProtocol: 'HTTP',
        Matcher: { HttpCode: '200-204' },
      }),
    ),
  )
  await client.modifyTargetGroupAttributes({
    TargetGroupArn: cart,
    Attributes: attributes({
      'deregistration_delay.timeout_seconds': '45',
      'slow_start.duration_seconds': '60',
      'stickiness.enabled': 'true',
      'stickiness.type': 'app_cookie',
      'stickiness.app_cookie.cookie_name': 'cart',
    }),
  })
  await client.modifyLoadBalancerAttributes({
    LoadBalancerArn: arn,
    Attributes: attributes({
      'deletion_protection.enabled': 'true',
      'idle_timeout.timeout_seconds': '75',
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.bucket': 'logs',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
    }),
  })
  await client.modifyCapacityReservation({
    LoadBalancerArn: arn,
    MinimumLoadBalancerCapacity: { CapacityUnits: 100 },
  })
  const weighted: Action = {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: shop, Weight: 3 },
        { TargetGroupArn: cart, Weight: 0 },
      ],
      TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 120 },
    },
  }
  const toHttps: Action = {
    Type: 'redirect',
    RedirectConfig: { Protocol: 'HTTPS', Port: '18543', StatusCode: 'HTTP_301' },
  }
  const [certificate = '', ...others] = await Promise.all(
    ['www.shop.test', 'api.shop.test', 'img.shop.test'].map((name) => certificateOf(cloud, name)),
  )
  const { TrustStores: [clients] = [] } = await client.createTrustStore({
    Name,
    CaCertificatesBundleS3Bucket: 'trust',
    CaCertificatesBundleS3Key: 'clients.pem',
  })
  const at = { LoadBalancerArn: arn, Tags }
  const http = await client.createListener({
    ...at,
    Protocol: 'HTTP',
    Port: 18_580,
    DefaultActions: [toHttps],
  })
  const https = await client.createListener({
    ...at,
    Protocol: 'HTTPS',
    Port: 18_543,
    SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    Certificates: [{ CertificateArn: certificate }],
    MutualAuthentication: { Mode: 'verify', TrustStoreArn: clients?.TrustStoreArn },
    DefaultActions: [weighted],
  })
  const ListenerArn = https.Listeners?.[0]?.ListenerArn ?? ''
  for (const CertificateArn of others)
    await client.addListenerCertificates({ ListenerArn, Certificates: [{ CertificateArn }] })
  await client.modifyListenerAttributes({
    ListenerArn,
    Attributes: attributes({ 'routing.http.response.server.enabled': 'false' }),
  })
  for (const [index, [Conditions, action]] of rules(shop, cart).entries())
    await client.createRule({
      ...{ ListenerArn, Priority: (index + 1) * 10, Conditions, Actions: [action], Tags },
      ...(index === 0 && {
        Transforms: [
          {
            Type: 'url-rewrite',
            UrlRewriteConfig: { Rewrites: [{ Regex: '^/v1/(.*)$', Replace: '/$1' }] },
          },
        ],
      }),
    })
  return {
    client,
    arn,
    dnsName,
    targetGroups: [shop, cart],
    listeners: { 18580: http.Listeners?.[0]?.ListenerArn ?? '', 18543: ListenerArn },
  }
}

/** A Network Load Balancer with a TCP and a TLS listener to one target group. */
export async function openNetworkShop(cloud: FleetCloud, Name: string): Promise<FrontShop> {
  const client = new ElasticLoadBalancingV2(cloud.settings)
  const { SecurityGroups: [group] = [] } = await cloud.ec2.describeSecurityGroups()
  const SecurityGroups = [group?.GroupId ?? '']
  const { arn, dnsName } = await create(cloud, client, { Name, Type: 'network', SecurityGroups })
  await client.setSecurityGroups({
    LoadBalancerArn: arn,
    SecurityGroups,
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
  })
  const targets = await targetGroup(cloud, client, { Name, Protocol: 'TCP', Port: 2222 })
  const forward: Action = { Type: 'forward', TargetGroupArn: targets }
  const CertificateArn = await certificateOf(cloud, 'stream.shop.test')
  const at = { LoadBalancerArn: arn, Tags, DefaultActions: [forward] }
  const tcp = await client.createListener({ ...at, Protocol: 'TCP', Port: 19_580 })
  const tls = await client.createListener({
    ...at,
    Protocol: 'TLS',
    Port: 19_543,
    Certificates: [{ CertificateArn }],
    AlpnPolicy: ['HTTP2Preferred'],
  })
  const ListenerArn = tcp.Listeners?.[0]?.ListenerArn ?? ''
  await client.modifyListenerAttributes({
    ListenerArn,
    Attributes: attributes({ 'tcp.idle_timeout.seconds': '700' }),
  })
  return {
    client,
    arn,
    dnsName,
    targetGroups: [targets],
    listeners: { 19580: ListenerArn, 19543: tls.Listeners?.[0]?.ListenerArn ?? '' },
  }
}

const rules = (shop: string, cart: string): [RuleCondition[], Action][] => [
  [
    [
      { Field: 'host-header', HostHeaderConfig: { Values: ['api.shop.test', '*.api.shop.test'] } },
      { Field: 'path-pattern', Values: ['/v1/*'] },
    ],
    { Type: 'forward', TargetGroupArn: shop },
  ],
  [
    [
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Cart', Values: ['*'] } },
      { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['POST'] } },
    ],
    { Type: 'forward', TargetGroupArn: cart },
  ],
  [
    [
      {
        Field: 'query-string',
        QueryStringConfig: { Values: [{ Key: 'debug', Value: '1' }, { Value: 'x' }] },
      },
      { Field: 'source-ip', SourceIpConfig: { Values: ['192.0.2.0/24'] } },
    ],
    {
      Type: 'fixed-response',
      FixedResponseConfig: { StatusCode: '403', ContentType: 'text/plain', MessageBody: 'no' },
    },
  ],
  [
    [{ Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/old/[a-z]+$'] } }],
    { Type: 'redirect', RedirectConfig: { Path: '/new/#{path}', StatusCode: 'HTTP_302' } },
  ],
]

const attributes = (all: Readonly<Record<string, string>>): { Key: string; Value: string }[] =>
  Object.entries(all).map(([Key, Value]) => ({ Key, Value }))

async function create(
  { ec2 }: FleetCloud,
  client: ElasticLoadBalancingV2,
  input: Omit<Parameters<ElasticLoadBalancingV2['createLoadBalancer']>[0], 'Subnets'>,
): Promise<{ arn: string; dnsName: string }> {
  const { Subnets = [] } = await ec2.describeSubnets()
  const { LoadBalancers: [made] = [] } = await client.createLoadBalancer({
    ...input,
    Subnets: Subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId),
    Tags,
  })
  return { arn: made?.LoadBalancerArn ?? '', dnsName: made?.DNSName ?? '' }
}

async function targetGroup(
  { ec2 }: FleetCloud,
  client: ElasticLoadBalancingV2,
  input: CreateTargetGroupInput,
): Promise<string> {
  const { Subnets: [subnet] = [] } = await ec2.describeSubnets()
  const { TargetGroups: [made] = [] } = await client.createTargetGroup({
    HealthCheckIntervalSeconds: 6,
    HealthCheckTimeoutSeconds: 3,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 4,
    ...input,
    VpcId: subnet?.VpcId,
    Tags,
  })
  return made?.TargetGroupArn ?? ''
}

async function certificateOf({ settings }: FleetCloud, name: string): Promise<string> {
  const acm = new ACM(settings)
  const made = await certificateFor(name)
  const { CertificateArn = '' } = await acm.importCertificate({
    Certificate: Buffer.from(made.certificate),
    PrivateKey: Buffer.from(made.privateKey),
  })
  acm.destroy()
  return CertificateArn
}
