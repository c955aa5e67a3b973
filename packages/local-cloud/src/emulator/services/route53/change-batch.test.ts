import type { Change, ResourceRecordSet, Route53 } from '@aws-sdk/client-route-53'
import { describe, expect, test } from 'vitest'
import { onZone } from '../testing/on-zone.ts'
import { refusal, type TestCloud } from '../testing/test-cloud.ts'
import { address, type TestZone } from '../testing/test-zone.ts'

let cloud: TestCloud
let zone: TestZone
let dns: Route53

onZone((given) => {
  cloud = given.cloud
  zone = given.zone
  dns = given.dns
})

describe('changes', () => {
  test('are pending, and served once in sync', async () => {
    const id = await zone.change({
      Action: 'CREATE',
      ResourceRecordSet: address('www.example.test', '127.1.1.1'),
    })
    expect((await dns.getChange({ Id: id })).ChangeInfo).toMatchObject({ Id: id, Status: 'PENDING' })
    expect(await zone.answers('www.example.test')).toEqual([])
    await zone.inSync(id)
    expect(await zone.answers('WWW.example.test.')).toEqual(['127.1.1.1'])
    await zone.inSync(
      await zone.change({ Action: 'UPSERT', ResourceRecordSet: address('www.example.test', '127.1.1.2') }),
    )
    expect(await zone.answers('www.example.test')).toEqual(['127.1.1.2'])
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
      'InvalidChangeBatch: [RRSet with DNS name www.example.test., type A, SetIdentifier b cannot be created as a non-weighted set exists with the same name and type.]',
    ],
    [
      'a simple record beside a weighted one',
      [
        {
          Action: 'CREATE',
          ResourceRecordSet: address('of.example.test', '127.1.1.1', { SetIdentifier: 'a', Weight: 1 }),
        },
        { Action: 'UPSERT', ResourceRecordSet: address('of.example.test', '127.1.1.2') },
      ],
      'InvalidChangeBatch: [RRSet with DNS name of.example.test., type A cannot be created as other RRSets exist with the same name and type.]',
    ],
    [
      'a weighted record of another TTL than its neighbour',
      [
        {
          Action: 'CREATE',
          ResourceRecordSet: address('of.example.test', '127.1.1.1', { SetIdentifier: 'a', Weight: 1 }),
        },
        {
          Action: 'CREATE',
          ResourceRecordSet: address('of.example.test', '127.1.1.2', {
            SetIdentifier: 'b',
            Weight: 1,
            TTL: 3600,
          }),
        },
      ],
      'InvalidChangeBatch: [RRSet with DNS name of.example.test., type A, SetIdentifier b cannot be created as weighted sets must contain the same TTL.]',
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
    await zone.change({ Action: 'CREATE', ResourceRecordSet: www })
    const before = await dns.listResourceRecordSets({ HostedZoneId: zone.id })
    const good: Change = { Action: 'CREATE', ResourceRecordSet: address('good.example.test', '127.3.3.3') }
    expect(await refusal(zone.change(good, ...changes))).toBe(words)
    const after = await dns.listResourceRecordSets({ HostedZoneId: zone.id })
    expect(after.ResourceRecordSets).toEqual(before.ResourceRecordSets)
  })

  test('a batch may replace a record by deleting and creating it', async () => {
    await zone.change({ Action: 'CREATE', ResourceRecordSet: www })
    const replacement: ResourceRecordSet = {
      Name: 'www.example.test',
      Type: 'CNAME',
      TTL: 5,
      ResourceRecords: [{ Value: 'other.example.test' }],
    }
    await zone.inSync(
      await zone.change(
        { Action: 'DELETE', ResourceRecordSet: www },
        { Action: 'CREATE', ResourceRecordSet: replacement },
        { Action: 'CREATE', ResourceRecordSet: address('other.example.test', '127.4.4.4') },
      ),
    )
    expect(await zone.answers('www.example.test')).toEqual(['127.4.4.4'])
    expect(await cloud.resolver.resolveCname('www.example.test')).toEqual(['other.example.test'])
  })

  test("a zone's own name servers stay", async () => {
    const { ResourceRecordSets } = await dns.listResourceRecordSets({ HostedZoneId: zone.id })
    const ns = ResourceRecordSets?.find(({ Type }) => Type === 'NS')
    if (ns === undefined) throw new Error('the zone has no NS record')
    expect(await refusal(zone.change({ Action: 'DELETE', ResourceRecordSet: ns }))).toMatch(
      /must contain at least one NS record/,
    )
  })
})
