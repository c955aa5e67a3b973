import type { Route53 } from '@aws-sdk/client-route-53'
import { describe, expect, test } from 'vitest'
import { onZone } from '../testing/on-zone.ts'
import { refusal } from '../testing/test-cloud.ts'
import { address, type TestZone } from '../testing/test-zone.ts'

let zone: TestZone
let dns: Route53

onZone((given) => {
  zone = given.zone
  dns = given.dns
})

describe('hosted zones', () => {
  test('one is described with its two records', async () => {
    expect(zone.id).toMatch(/^\/hostedzone\/Z[A-Z0-9]+$/)
    const { HostedZone, DelegationSet } = await dns.getHostedZone({ Id: zone.id })
    expect(HostedZone).toMatchObject({
      Id: zone.id,
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
    await zone.change({ Action: 'CREATE', ResourceRecordSet })
    expect(await refusal(dns.deleteHostedZone({ Id: zone.id }))).toMatch(/^HostedZoneNotEmpty/)
    await zone.change({ Action: 'DELETE', ResourceRecordSet })
    await dns.deleteHostedZone({ Id: zone.id })
    expect(await refusal(dns.getHostedZone({ Id: zone.id }))).toMatch(
      /^NoSuchHostedZone: No hosted zone found with ID: Z/,
    )
  })

  test('tags', async () => {
    const ResourceId = zone.id.replace('/hostedzone/', '')
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
