import { ACM } from '@aws-sdk/client-acm'
import type { FleetCloud } from '../../../aws/src/testing/fleet-cloud.ts'
import { certificateFor } from '../../../local-cloud/src/emulator/services/testing/certificate.ts'

export const host = 'www.shop.test'
export const servicePort = 18_085

/** A public key as a policy takes it. */
const publicKey = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA'

export const shopTags = [
  ...['team', 'stage', 'cost-centre', 'owner', 'data', 'Name'].map((Key) => ({
    Key,
    Value: `${Key} of shop`,
  })),
  { Key: 'aws:cloudformation:stack-name', Value: 'shop' },
  { Key: 'viridian:run', Value: '20260101-000000-aaaa' },
  { Key: 'viridian:step', Value: '20260101-000000-aaaa-0123456789ab' },
]

/** A balancer with a setting of every kind, made by Amazon's SDK alone. */
export async function openShop(cloud: FleetCloud, LoadBalancerName: string): Promise<void> {
  const { elb } = cloud
  const at = { LoadBalancerName }
  const SSLCertificateId = await certificate(cloud)
  const { SecurityGroups: [group] = [] } = await cloud.ec2.describeSecurityGroups()
  const { Subnets = [] } = await cloud.ec2.describeSubnets()
  const http = { Protocol: 'HTTP', InstanceProtocol: 'HTTP', InstancePort: servicePort }
  await elb.createLoadBalancer({
    ...at,
    Listeners: [
      { ...http, LoadBalancerPort: 18_081 },
      { ...http, Protocol: 'HTTPS', LoadBalancerPort: 18_443, SSLCertificateId },
      {
        Protocol: 'HTTPS',
        LoadBalancerPort: 18_444,
        InstanceProtocol: 'HTTPS',
        InstancePort: 18_446,
        SSLCertificateId,
      },
      { Protocol: 'TCP', LoadBalancerPort: 19_000, InstanceProtocol: 'TCP', InstancePort: 2222 },
    ],
    Subnets: Subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId),
    SecurityGroups: [group?.GroupId ?? ''],
    Scheme: 'internal',
    Tags: shopTags,
  })
  await elb.configureHealthCheck({
    ...at,
    HealthCheck: { Target: 'TCP:2222', Interval: 6, Timeout: 3, HealthyThreshold: 2, UnhealthyThreshold: 4 },
  })
  await elb.modifyLoadBalancerAttributes({
    ...at,
    LoadBalancerAttributes: {
      CrossZoneLoadBalancing: { Enabled: true },
      AccessLog: { Enabled: true, S3BucketName: 'logs', S3BucketPrefix: 'shop', EmitInterval: 5 },
      ConnectionDraining: { Enabled: true, Timeout: 45 },
      ConnectionSettings: { IdleTimeout: 75 },
      AdditionalAttributes: [{ Key: 'elb.http.desyncmitigationmode', Value: 'strictest' }],
    },
  })
  await setPolicies(cloud, LoadBalancerName)
}

async function setPolicies({ elb }: FleetCloud, LoadBalancerName: string): Promise<void> {
  const make = async (
    PolicyName: string,
    type: string,
    attributes: Record<string, string>,
  ): Promise<void> => {
    await elb.createLoadBalancerPolicy({
      LoadBalancerName,
      PolicyName,
      PolicyTypeName: `${type}PolicyType`,
      PolicyAttributes: Object.entries(attributes).map(([AttributeName, AttributeValue]) => ({
        AttributeName,
        AttributeValue,
      })),
    })
  }
  const set = (LoadBalancerPort: number, ...PolicyNames: string[]) =>
    elb.setLoadBalancerPoliciesOfListener({ LoadBalancerName, LoadBalancerPort, PolicyNames })
  const towards = (InstancePort: number, ...PolicyNames: string[]) =>
    elb.setLoadBalancerPoliciesForBackendServer({ LoadBalancerName, InstancePort, PolicyNames })
  await make('session', 'LBCookieStickiness', {})
  await make('hour', 'LBCookieStickiness', { CookieExpirationPeriod: '3600' })
  await make('cart', 'AppCookieStickiness', { CookieName: 'cart' })
  await make('tls-1-2', 'SSLNegotiation', {
    'Reference-Security-Policy': 'ELBSecurityPolicy-TLS-1-2-2017-01',
  })
  const own = { 'Protocol-TLSv1.2': 'true', 'Protocol-SSLv3': 'false', 'AES128-GCM-SHA256': 'true' }
  await make('own-ciphers', 'SSLNegotiation', own)
  // Named so that its copy, made in the order of names, would come before the key that it refers to.
  await make('z-key', 'PublicKey', { PublicKey: publicKey })
  await make('authenticated', 'BackendServerAuthentication', { PublicKeyPolicyName: 'z-key' })
  await make('proxied', 'ProxyProtocol', { ProxyProtocol: 'true' })
  await set(18_081, 'hour')
  await set(18_443, 'cart', 'tls-1-2')
  await set(18_444, 'own-ciphers')
  await towards(18_446, 'authenticated')
  await towards(2222, 'proxied')
}

async function certificate({ settings }: FleetCloud): Promise<string> {
  const acm = new ACM(settings)
  const made = await certificateFor(host)
  const { CertificateArn = '' } = await acm.importCertificate({
    Certificate: Buffer.from(made.certificate),
    PrivateKey: Buffer.from(made.privateKey),
  })
  acm.destroy()
  return CertificateArn
}
