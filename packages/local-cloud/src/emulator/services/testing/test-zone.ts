import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing'
import { type Change, type ResourceRecordSet, Route53 } from '@aws-sdk/client-route-53'
import { type TestCloud, until } from './test-cloud.ts'

/** The hosted zone `example.test` of a cloud. */
export class TestZone {
  readonly dns: Route53
  readonly id: string
  readonly #cloud: TestCloud

  private constructor(cloud: TestCloud, dns: Route53, id: string) {
    this.#cloud = cloud
    this.dns = dns
    this.id = id
  }

  /** Resolves when the zone is served. */
  static async open(cloud: TestCloud): Promise<TestZone> {
    const dns = new Route53(cloud.config)
    const made = await dns.createHostedZone({ Name: 'example.test', CallerReference: 'once' })
    const zone = new TestZone(cloud, dns, made.HostedZone?.Id ?? '')
    await zone.inSync(made.ChangeInfo?.Id)
    return zone
  }

  async inSync(change: string | undefined): Promise<void> {
    await until(
      async () => (await this.dns.getChange({ Id: change })).ChangeInfo?.Status === 'INSYNC',
      'the change in sync',
    )
  }

  async change(...Changes: Change[]): Promise<string> {
    const batch = { HostedZoneId: this.id, ChangeBatch: { Changes } }
    return (await this.dns.changeResourceRecordSets(batch)).ChangeInfo?.Id ?? ''
  }

  async createBalancer(name: string): Promise<{ HostedZoneId: string; DNSName: string; address: string }> {
    const elb = new ElasticLoadBalancing(this.#cloud.config)
    const { DNSName = '' } = await elb.createLoadBalancer({
      LoadBalancerName: name,
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 8080, InstancePort: 9000 }],
      AvailabilityZones: ['eu-west-1a'],
    })
    const [address = ''] = await this.answers(DNSName)
    return { HostedZoneId: 'Z32O12XQLNTSW2', DNSName, address }
  }

  /** The addresses that the name server answers; none when it answers that there are none. */
  async answers(name: string): Promise<string[]> {
    try {
      return await this.#cloud.resolver.resolve4(name)
    } catch (error) {
      if (error instanceof Error && 'code' in error && ['ENODATA', 'ENOTFOUND'].includes(`${error.code}`))
        return []
      throw error
    }
  }
}

export function address(
  Name: string,
  Value: string,
  more: Partial<ResourceRecordSet> = {},
): ResourceRecordSet {
  return { Name, Type: 'A', TTL: 5, ResourceRecords: [{ Value }], ...more }
}
