import { Resolver } from 'node:dns/promises'
import { Route53 as Client, type ResourceRecordSet } from '@aws-sdk/client-route-53'
import { type ClassicLoadBalancer, readClassicBalancers } from '@viridian/aws'
import { openFleetCloud, until } from '../../../aws/src/testing/fleet-cloud.ts'
import { type TestSteps, testSteps } from '../../../aws/src/testing/test-steps.ts'
import { type FoundRecord, type Route53, route53, type SwitchOptions } from '../index.ts'

/** The fleet cloud with a zone `example.test`, and a balancer `web-green` that has nothing behind it. */
export async function openShop() {
  const cloud = await openFleetCloud()
  const client = new Client(cloud.settings)
  const resolver = new Resolver()
  resolver.setServers([`${cloud.dns.address}:${cloud.dns.port}`])
  const dns: Route53 = route53()
  const shop = {
    cloud,
    client,
    resolver,
    dns,
    async balancer(name: string): Promise<ClassicLoadBalancer> {
      const [balancer] = await readClassicBalancers(cloud.context(), [name])
      if (!balancer) throw new Error(`no balancer ${name}`)
      return balancer
    },
    async createBalancer(LoadBalancerName: string): Promise<ClassicLoadBalancer> {
      await cloud.elb.createLoadBalancer({
        LoadBalancerName,
        AvailabilityZones: ['eu-west-1a'],
        Listeners: [{ Protocol: 'TCP', LoadBalancerPort: 80, InstancePort: 2222 }],
      })
      return shop.balancer(LoadBalancerName)
    },
    async createZone(Name: string, isPrivate = false): Promise<string> {
      const { HostedZone } = await client.createHostedZone({
        Name,
        CallerReference: `${Name} ${isPrivate}`,
        ...(isPrivate && {
          HostedZoneConfig: { PrivateZone: true },
          VPC: { VPCId: 'vpc-1', VPCRegion: 'eu-west-1' },
        }),
      })
      return HostedZone?.Id?.replace('/hostedzone/', '') ?? ''
    },
    /** Changes records, and waits until they are served. */
    async change(
      zoneId: string,
      Action: 'UPSERT' | 'DELETE',
      ...sets: readonly ResourceRecordSet[]
    ): Promise<void> {
      const Changes = sets.map((ResourceRecordSet) => ({ Action, ResourceRecordSet }))
      const { ChangeInfo } = await client.changeResourceRecordSets({
        HostedZoneId: zoneId,
        ChangeBatch: { Changes },
      })
      const Id = ChangeInfo?.Id ?? ''
      await until(async () => (await client.getChange({ Id })).ChangeInfo?.Status === 'INSYNC')
    },
    async setsOf(zoneId: string, name: string): Promise<ResourceRecordSet[]> {
      const { ResourceRecordSets = [] } = await client.listResourceRecordSets({
        HostedZoneId: zoneId,
        StartRecordName: name,
      })
      return ResourceRecordSets.filter(({ Name }) => Name === `${name}.`)
    },
    steps: (): TestSteps => testSteps(cloud.context()),
    async close(): Promise<void> {
      client.destroy()
      await cloud.close()
    },
  }
  const green = await shop.createBalancer('web-green')
  return { ...shop, blue: await shop.balancer('web'), green, zoneId: await shop.createZone('example.test') }
}

export type Shop = Awaited<ReturnType<typeof openShop>>

/** A name of the shop's zone, with records that lead to its balancers. */
export class NameInZone {
  readonly #shop: Shop
  readonly name: string

  constructor(shop: Shop, name: string) {
    this.#shop = shop
    this.name = name
  }

  alias(balancer: ClassicLoadBalancer, Type: 'A' | 'AAAA' = 'A', prefix = ''): ResourceRecordSet {
    const DNSName = `${prefix}${balancer.dnsName}`
    const AliasTarget = { HostedZoneId: balancer.zoneId, DNSName, EvaluateTargetHealth: true }
    return { Name: this.name, Type, AliasTarget }
  }

  /** A CNAME to blue. */
  cname(TTL = 60): ResourceRecordSet {
    const { dnsName } = this.#shop.blue
    return { Name: this.name, Type: 'CNAME', TTL, ResourceRecords: [{ Value: dnsName }] }
  }

  put(...sets: readonly ResourceRecordSet[]): Promise<void> {
    return this.#shop.change(this.#shop.zoneId, 'UPSERT', ...sets)
  }

  sets(): Promise<ResourceRecordSet[]> {
    return this.#shop.setsOf(this.#shop.zoneId, this.name)
  }

  find(): Promise<FoundRecord> {
    return this.#shop.dns.find(this.#shop.steps(), this.name)
  }

  /** Finds the record and switches it from blue to green. */
  async toGreen(t: TestSteps, more: Partial<SwitchOptions> = {}): Promise<FoundRecord> {
    const { dns, blue, green } = this.#shop
    const found = await dns.find(t, this.name)
    await dns.switch(t, found, { ...(found.target && { from: blue }), to: green, capacity: 3, ...more })
    return found
  }
}
