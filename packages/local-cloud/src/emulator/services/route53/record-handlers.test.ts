import type { Change, Route53 } from '@aws-sdk/client-route-53'
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

describe('record sets', () => {
  test('are listed by their labels from the last, in pages', async () => {
    await zone.change(
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
      const page = await dns.listResourceRecordSets({ HostedZoneId: zone.id, MaxItems: 2, ...start })
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
    await zone.inSync(
      await zone.change({ Action: 'CREATE', ResourceRecordSet: address('www.example.test', '127.1.1.1') }),
    )
    const ask = (RecordName: string) =>
      dns.testDNSAnswer({ HostedZoneId: zone.id, RecordName, RecordType: 'A' })
    expect(await ask('WWW.example.test')).toMatchObject({
      ...{ RecordName: 'www.example.test.', RecordData: ['127.1.1.1'], ResponseCode: 'NOERROR' },
    })
    expect(await ask('no.example.test')).toMatchObject({ RecordData: [], ResponseCode: 'NXDOMAIN' })
    expect(await refusal(ask('example.org'))).toMatch(/^InvalidInput/)
    expect((await dns.getHostedZoneCount()).HostedZoneCount).toBe(1)
  })

  test('a load balancer by its own name, whatever the case', async () => {
    const blue = await zone.createBalancer('Blue')
    expect(blue.address).toMatch(/^127\./)
    expect(await zone.answers(blue.DNSName.toUpperCase())).toEqual([blue.address])
    expect(await zone.answers(`dualstack.${blue.DNSName}.`)).toEqual([blue.address])
    expect(await refusal(cloud.resolver.resolve4('nobody-1.eu-west-1.elb.amazonaws.com'))).toMatch(
      /^Error: query/,
    )
  })

  test('an alias of a load balancer, and its switch to another', async () => {
    const [blue, green] = [await zone.createBalancer('blue'), await zone.createBalancer('green')]
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
    await zone.inSync(await zone.change(alias(blue)))
    expect(await cloud.resolver.resolve4('www.example.test', { ttl: true })).toEqual([
      { address: blue.address, ttl: 1 },
    ])
    const switched = await zone.change(alias(green))
    expect(await zone.answers('www.example.test')).toEqual([blue.address])
    await zone.inSync(switched)
    expect(await zone.answers('www.example.test')).toEqual([green.address])
    expect(await refusal(cloud.resolver.resolve6('www.example.test'))).toMatch(/ENODATA|ENOTFOUND/)
    const { ResourceRecordSets } = await dns.listResourceRecordSets({
      HostedZoneId: zone.id,
      StartRecordName: 'www.example.test',
    })
    expect(ResourceRecordSets?.[0]?.AliasTarget).toEqual({
      HostedZoneId: green.HostedZoneId,
      DNSName: `${green.DNSName}.`,
      EvaluateTargetHealth: true,
    })
  })
})
