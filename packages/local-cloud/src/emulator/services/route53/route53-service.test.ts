import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing'
import { type Change, type ResourceRecordSet, Route53 } from '@aws-sdk/client-route-53'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestCloud, refusal, type TestCloud, until } from '../testing/test-cloud.ts'

let cloud: TestCloud
let dns: Route53
let Id: string

beforeEach(async () => {
  cloud = await openTestCloud()
  dns = new Route53(cloud.config)
  const made = await dns.createHostedZone({ Name: 'example.test', CallerReference: 'once' })
  Id = made.HostedZone?.Id ?? ''
  await inSync(made.ChangeInfo?.Id)
})

afterEach(() => cloud.close())

async function inSync(change: string | undefined): Promise<void> {
  await until(
    async () => (await dns.getChange({ Id: change })).ChangeInfo?.Status === 'INSYNC',
    'the change in sync',
  )
}

async function change(...Changes: Change[]): Promise<string> {
  const { ChangeInfo } = await dns.changeResourceRecordSets({ HostedZoneId: Id, ChangeBatch: { Changes } })
  return ChangeInfo?.Id ?? ''
}

function address(Name: string, Value: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet {
  return { Name, Type: 'A', TTL: 5, ResourceRecords: [{ Value }], ...more }
}

async function createBalancer(
  name: string,
): Promise<{ HostedZoneId: string; DNSName: string; address: string }> {
  const elb = new ElasticLoadBalancing(cloud.config)
  const { DNSName = '' } = await elb.createLoadBalancer({
    LoadBalancerName: name,
    Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 8080, InstancePort: 9000 }],
    AvailabilityZones: ['eu-west-1a'],
  })
  const [address = ''] = await answers(DNSName)
  return { HostedZoneId: 'Z32O12XQLNTSW2', DNSName, address }
}

/** The addresses that the name server answers; none when it answers that there are none. */
async function answers(name: string): Promise<string[]> {
  try {
    return await cloud.resolver.resolve4(name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENODATA', 'ENOTFOUND'].includes(`${error.code}`))
      return []
    throw error
  }
}

describe('hosted zones', () => {
  test('one is described with its two records', async () => {
    expect(Id).toMatch(/^\/hostedzone\/Z[A-Z0-9]+$/)
    const { HostedZone, DelegationSet } = await dns.getHostedZone({ Id })
    expect(HostedZone).toMatchObject({
      Id,
      Name: 'example.test.',
      CallerReference: 'once',
      Config: { PrivateZone: false },
      ResourceRecordSetCount: 2,
    })
    expect(DelegationSet?.NameServers).toHaveLength(4)
  })

  test('a caller reference makes one zone, a name may have several', async () => {
    const again = dns.createHostedZone({ Name: 'example.test', CallerReference: 'once' })
    expect(await refusal(again)).toMatch(/^HostedZoneAlreadyExists/)
    await dns.createHostedZone({ Name: 'example.test', CallerReference: 'twice' })
    expect((await dns.listHostedZones({})).HostedZones).toHaveLength(2)
  })

  test('lists by name, in pages', async () => {
    for (const Name of ['b.test', 'a.example.test', 'a.test']) {
      await dns.createHostedZone({ Name, CallerReference: Name })
    }
    const { HostedZones, NextDNSName, IsTruncated } = await dns.listHostedZonesByName({
      DNSName: 'example.test',
      MaxItems: 2,
    })
    expect(HostedZones?.map(({ Name }) => Name)).toEqual(['example.test.', 'a.example.test.'])
    expect(IsTruncated).toBe(false)
    expect(NextDNSName).toBeUndefined()
    const first = await dns.listHostedZones({ MaxItems: 3 })
    const second = await dns.listHostedZones({ MaxItems: 3, Marker: first.NextMarker ?? '' })
    const names = [...(first.HostedZones ?? []), ...(second.HostedZones ?? [])].map(({ Name }) => Name)
    expect(names.sort()).toEqual(['a.example.test.', 'a.test.', 'b.test.', 'example.test.'])
  })

  test('one with records is not deleted', async () => {
    const ResourceRecordSet = address('www.example.test', '127.1.1.1')
    await change({ Action: 'CREATE', ResourceRecordSet })
    expect(await refusal(dns.deleteHostedZone({ Id }))).toMatch(/^HostedZoneNotEmpty/)
    await change({ Action: 'DELETE', ResourceRecordSet })
    await dns.deleteHostedZone({ Id })
    expect(await refusal(dns.getHostedZone({ Id }))).toMatch(
      /^NoSuchHostedZone: No hosted zone found with ID: Z/,
    )
  })

  test('tags', async () => {
    const ResourceId = Id.replace('/hostedzone/', '')
    await dns.changeTagsForResource({
      ResourceType: 'hostedzone',
      ResourceId,
      AddTags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    })
    await dns.changeTagsForResource({ ResourceType: 'hostedzone', ResourceId, RemoveTagKeys: ['a'] })
    const { ResourceTagSet } = await dns.listTagsForResource({ ResourceType: 'hostedzone', ResourceId })
    expect(ResourceTagSet?.Tags).toEqual([{ Key: 'b', Value: '2' }])
    const AddTags = [{ Key: 'c' }, { Key: 'c' }]
    const twice = dns.changeTagsForResource({ ResourceType: 'hostedzone', ResourceId, AddTags })
    expect(await refusal(twice)).toMatch(/^InvalidInput: Duplicate Tag Keys/)
  })
})

describe('changes', () => {
  test('are pending, and served once in sync', async () => {
    const id = await change({ Action: 'CREATE', ResourceRecordSet: address('www.example.test', '127.1.1.1') })
    expect((await dns.getChange({ Id: id })).ChangeInfo).toMatchObject({ Id: id, Status: 'PENDING' })
    expect(await answers('www.example.test')).toEqual([])
    await inSync(id)
    expect(await answers('WWW.example.test.')).toEqual(['127.1.1.1'])
    await inSync(
      await change({ Action: 'UPSERT', ResourceRecordSet: address('www.example.test', '127.1.1.2') }),
    )
    expect(await answers('www.example.test')).toEqual(['127.1.1.2'])
  })

  test('an unknown one is refused', async () => {
    expect(await refusal(dns.getChange({ Id: '/change/CNOPE' }))).toMatch(/^NoSuchChange/)
  })

  const www = address('www.example.test.', '127.1.1.1')
  const tried = "[name='www.example.test.', type='A']"
  test.each<[string, Change[], string]>([
    [
      'a second creation',
      [{ Action: 'CREATE', ResourceRecordSet: www }],
      `InvalidChangeBatch: [Tried to create resource record set ${tried} but it already exists]`,
    ],
    [
      'a deletion with other values',
      [{ Action: 'DELETE', ResourceRecordSet: address('www.example.test', '127.9.9.9') }],
      `InvalidChangeBatch: [Tried to delete resource record set ${tried} but the values provided do not match the current values]`,
    ],
    [
      'a deletion of nothing',
      [{ Action: 'DELETE', ResourceRecordSet: address('no.example.test', '127.9.9.9') }],
      "InvalidChangeBatch: [Tried to delete resource record set [name='no.example.test.', type='A'] but it was not found]",
    ],
    [
      'a name outside the zone',
      [{ Action: 'CREATE', ResourceRecordSet: address('www.example.com', '127.9.9.9') }],
      'InvalidChangeBatch: [RRSet with DNS name www.example.com. is not permitted in zone example.test.]',
    ],
    [
      'a CNAME beside an address',
      [
        {
          Action: 'CREATE',
          ResourceRecordSet: {
            Name: 'www.example.test',
            Type: 'CNAME',
            TTL: 5,
            ResourceRecords: [{ Value: 'x.test' }],
          },
        },
      ],
      'InvalidChangeBatch: [RRSet of type CNAME with DNS name www.example.test. is not permitted as it conflicts with other records with the same DNS name in zone example.test.]',
    ],
    [
      'a weighted record beside a simple one',
      [
        {
          Action: 'CREATE',
          ResourceRecordSet: address('www.example.test', '127.1.1.2', { SetIdentifier: 'b', Weight: 1 }),
        },
      ],
      'InvalidChangeBatch: [RRSet with DNS name www.example.test., type A, SetIdentifier b cannot be created because a non multivalue answer rrset exists with the same name and type.]',
    ],
    [
      'the same set twice in a batch',
      [
        { Action: 'UPSERT', ResourceRecordSet: www },
        { Action: 'UPSERT', ResourceRecordSet: www },
      ],
      "InvalidChangeBatch: [The request contains an invalid set of changes for a resource record set 'A www.example.test.']",
    ],
    [
      'an address that is none',
      [{ Action: 'UPSERT', ResourceRecordSet: address('www.example.test', 'nowhere') }],
      "InvalidChangeBatch: [Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'nowhere'']",
    ],
    [
      'a value twice',
      [
        {
          Action: 'CREATE',
          ResourceRecordSet: address('two.example.test', '127.1.1.1', {
            ResourceRecords: [{ Value: '127.1.1.1' }, { Value: '127.1.1.1' }],
          }),
        },
      ],
      "InvalidChangeBatch: [Duplicate Resource Record: '127.1.1.1']",
    ],
    [
      'a set identifier without a policy',
      [
        {
          Action: 'CREATE',
          ResourceRecordSet: address('of.example.test', '127.1.1.1', { SetIdentifier: 'a' }),
        },
      ],
      'InvalidInput: Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig], but found none in Change with [Action=CREATE, Name=of.example.test., Type=A, SetIdentifier=a]',
    ],
    [
      'a policy beside another one',
      [
        {
          Action: 'CREATE',
          ResourceRecordSet: address('of.example.test', '127.1.1.1', { SetIdentifier: 'a', Weight: 1 }),
        },
        {
          Action: 'CREATE',
          ResourceRecordSet: address('of.example.test', '127.1.1.1', {
            SetIdentifier: 'b',
            Failover: 'PRIMARY',
          }),
        },
      ],
      'InvalidChangeBatch: [RRSet with DNS name of.example.test., type A, SetIdentifier b cannot be created because a non failover rrset exists with the same name and type.]',
    ],
    [
      'more than a thousand values',
      Array.from({ length: 500 }, (_, index) => ({
        Action: 'UPSERT' as const,
        ResourceRecordSet: address(`n${index}.example.test`, '127.1.1.1'),
      })),
      'InvalidChangeBatch: [Number of records limit of 1000 exceeded.]',
    ],
    [
      'an alias of nothing',
      [
        {
          Action: 'UPSERT',
          ResourceRecordSet: {
            Name: 'www.example.test',
            Type: 'A',
            AliasTarget: { HostedZoneId: 'Z1', DNSName: 'no.elb.amazonaws.com', EvaluateTargetHealth: false },
          },
        },
      ],
      'InvalidChangeBatch: [Tried to create an alias that targets no.elb.amazonaws.com., type A in zone Z1, but that target was not found]',
    ],
    [
      'a record of no form',
      [{ Action: 'CREATE', ResourceRecordSet: { Name: 'new.example.test', Type: 'A' } }],
      'InvalidInput: Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with [Action=CREATE, Name=new.example.test., Type=A, SetIdentifier=null]',
    ],
  ])('%s is refused, and nothing of the batch is done', async (_what, changes, words) => {
    await change({ Action: 'CREATE', ResourceRecordSet: www })
    const before = await dns.listResourceRecordSets({ HostedZoneId: Id })
    const good: Change = { Action: 'CREATE', ResourceRecordSet: address('good.example.test', '127.3.3.3') }
    expect(await refusal(change(good, ...changes))).toBe(words)
    const after = await dns.listResourceRecordSets({ HostedZoneId: Id })
    expect(after.ResourceRecordSets).toEqual(before.ResourceRecordSets)
  })

  test('a batch may replace a record by deleting and creating it', async () => {
    await change({ Action: 'CREATE', ResourceRecordSet: www })
    const replacement: ResourceRecordSet = {
      Name: 'www.example.test',
      Type: 'CNAME',
      TTL: 5,
      ResourceRecords: [{ Value: 'other.example.test' }],
    }
    await inSync(
      await change(
        { Action: 'DELETE', ResourceRecordSet: www },
        { Action: 'CREATE', ResourceRecordSet: replacement },
        { Action: 'CREATE', ResourceRecordSet: address('other.example.test', '127.4.4.4') },
      ),
    )
    expect(await answers('www.example.test')).toEqual(['127.4.4.4'])
    expect(await cloud.resolver.resolveCname('www.example.test')).toEqual(['other.example.test'])
  })

  test("a zone's own name servers stay", async () => {
    const { ResourceRecordSets } = await dns.listResourceRecordSets({ HostedZoneId: Id })
    const ns = ResourceRecordSets?.find(({ Type }) => Type === 'NS')
    if (ns === undefined) throw new Error('the zone has no NS record')
    expect(await refusal(change({ Action: 'DELETE', ResourceRecordSet: ns }))).toMatch(
      /must contain at least one NS record/,
    )
  })
})

describe('record sets', () => {
  test('are listed by their labels from the last, in pages', async () => {
    await change(
      { Action: 'CREATE', ResourceRecordSet: address('b.example.test', '127.1.1.1') },
      { Action: 'CREATE', ResourceRecordSet: address('z.a.example.test', '127.1.1.1') },
      { Action: 'CREATE', ResourceRecordSet: address('*.example.test', '127.1.1.1') },
      {
        Action: 'CREATE',
        ResourceRecordSet: address('a.example.test', '127.1.1.1', { SetIdentifier: '1', Weight: 1 }),
      },
      {
        Action: 'CREATE',
        ResourceRecordSet: address('a.example.test', '127.1.1.2', { SetIdentifier: '2', Weight: 0 }),
      },
    )
    const listed: string[] = []
    let start = {}
    for (let more = true; more; ) {
      const page = await dns.listResourceRecordSets({ HostedZoneId: Id, MaxItems: 2, ...start })
      listed.push(
        ...(page.ResourceRecordSets ?? []).map(
          ({ Name, Type, SetIdentifier = '' }) => `${Name} ${Type}${SetIdentifier}`,
        ),
      )
      more = page.IsTruncated === true
      start = {
        StartRecordName: page.NextRecordName,
        StartRecordType: page.NextRecordType,
        StartRecordIdentifier: page.NextRecordIdentifier,
      }
    }
    expect(listed).toEqual([
      'example.test. NS',
      'example.test. SOA',
      '\\052.example.test. A',
      'a.example.test. A1',
      'a.example.test. A2',
      'z.a.example.test. A',
      'b.example.test. A',
    ])
  })
})

describe('answers', () => {
  test('are told without asking the name server', async () => {
    await inSync(
      await change({ Action: 'CREATE', ResourceRecordSet: address('www.example.test', '127.1.1.1') }),
    )
    const ask = (RecordName: string) => dns.testDNSAnswer({ HostedZoneId: Id, RecordName, RecordType: 'A' })
    expect(await ask('WWW.example.test')).toMatchObject({
      ...{ RecordName: 'www.example.test.', RecordData: ['127.1.1.1'], ResponseCode: 'NOERROR' },
    })
    expect(await ask('no.example.test')).toMatchObject({ RecordData: [], ResponseCode: 'NXDOMAIN' })
    expect(await refusal(ask('example.org'))).toMatch(/^InvalidInput/)
    expect((await dns.getHostedZoneCount()).HostedZoneCount).toBe(1)
  })

  test('a load balancer by its own name, whatever the case', async () => {
    const blue = await createBalancer('Blue')
    expect(blue.address).toMatch(/^127\./)
    expect(await answers(blue.DNSName.toUpperCase())).toEqual([blue.address])
    expect(await answers(`dualstack.${blue.DNSName}.`)).toEqual([blue.address])
    expect(await refusal(cloud.resolver.resolve4('nobody-1.eu-west-1.elb.amazonaws.com'))).toMatch(
      /^Error: query/,
    )
  })

  test('an alias of a load balancer, and its switch to another', async () => {
    const [blue, green] = [await createBalancer('blue'), await createBalancer('green')]
    const alias = (target: { HostedZoneId: string; DNSName: string }): Change => ({
      Action: 'UPSERT',
      ResourceRecordSet: {
        Name: 'www.example.test',
        Type: 'A',
        AliasTarget: {
          HostedZoneId: target.HostedZoneId,
          DNSName: target.DNSName,
          EvaluateTargetHealth: true,
        },
      },
    })
    await inSync(await change(alias(blue)))
    expect(await cloud.resolver.resolve4('www.example.test', { ttl: true })).toEqual([
      { address: blue.address, ttl: 1 },
    ])
    const switched = await change(alias(green))
    expect(await answers('www.example.test')).toEqual([blue.address])
    await inSync(switched)
    expect(await answers('www.example.test')).toEqual([green.address])
    expect(await refusal(cloud.resolver.resolve6('www.example.test'))).toMatch(/ENODATA|ENOTFOUND/)
    const { ResourceRecordSets } = await dns.listResourceRecordSets({
      HostedZoneId: Id,
      StartRecordName: 'www.example.test',
    })
    expect(ResourceRecordSets?.[0]?.AliasTarget).toEqual({
      HostedZoneId: green.HostedZoneId,
      DNSName: `${green.DNSName}.`,
      EvaluateTargetHealth: true,
    })
  })
})
