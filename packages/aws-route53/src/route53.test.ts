import { Resolver } from 'node:dns/promises'
import { Route53 as Client, type ResourceRecordSet } from '@aws-sdk/client-route-53'
import { type ClassicLoadBalancer, type LoadBalancer, readClassicBalancers } from '@viridian/aws'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type FleetCloud, openFleetCloud, until } from '../../aws/src/testing/fleet-cloud.ts'
import { type TestSteps, testSteps } from '../../aws/src/testing/test-steps.ts'
import { type FoundRecord, route53 } from './index.ts'
import { pointRecord } from './point-record.ts'

let cloud: FleetCloud
let client: Client
let blue: LoadBalancer
let green: LoadBalancer
let zoneId: string
let names: number = 0
let name: string
const resolver = new Resolver()
const dns = route53()

beforeAll(async () => {
  cloud = await openFleetCloud()
  client = new Client(cloud.settings)
  resolver.setServers([`${cloud.dns.address}:${cloud.dns.port}`])
  await cloud.elb.createLoadBalancer({
    LoadBalancerName: 'web-green',
    AvailabilityZones: ['eu-west-1a'],
    Listeners: [{ Protocol: 'TCP', LoadBalancerPort: 80, InstancePort: 2222 }],
  })
  const balancers = await readClassicBalancers(cloud.context(), ['web', 'web-green'])
  const [first, second] = ['web', 'web-green'].map((each) =>
    balancers.find((balancer) => balancer.name === each),
  )
  if (!first || !second) throw new Error('no balancers')
  blue = first
  green = second
  zoneId = await createZone('example.test')
})

afterAll(async () => {
  client.destroy()
  await cloud.close()
  expect(cloud.reports).toEqual([])
})

beforeEach(() => {
  names += 1
  name = `www-${names}.example.test`
})

async function createZone(Name: string, isPrivate = false): Promise<string> {
  const { HostedZone } = await client.createHostedZone({
    Name,
    CallerReference: `${Name} ${isPrivate}`,
    ...(isPrivate && {
      HostedZoneConfig: { PrivateZone: true },
      VPC: { VPCId: 'vpc-1', VPCRegion: 'eu-west-1' },
    }),
  })
  return HostedZone?.Id?.replace('/hostedzone/', '') ?? ''
}

const alias = (balancer: LoadBalancer, Type: 'A' | 'AAAA' = 'A', prefix = ''): ResourceRecordSet => {
  if (balancer.kind !== 'classic') throw new Error('not classic')
  const DNSName = `${prefix}${balancer.dnsName}`
  return {
    Name: name,
    Type,
    AliasTarget: { HostedZoneId: balancer.zoneId, DNSName, EvaluateTargetHealth: true },
  }
}

const cname = (): ResourceRecordSet => ({
  Name: name,
  Type: 'CNAME',
  TTL: 60,
  ResourceRecords: [{ Value: blue.kind === 'classic' ? blue.dnsName : '' }],
})

/** Changes records, and waits until they are served. */
async function put(...sets: ResourceRecordSet[]): Promise<void> {
  const Changes = sets.map((ResourceRecordSet) => ({ Action: 'UPSERT' as const, ResourceRecordSet }))
  const { ChangeInfo } = await client.changeResourceRecordSets({
    HostedZoneId: zoneId,
    ChangeBatch: { Changes },
  })
  const Id = ChangeInfo?.Id ?? ''
  await until(async () => (await client.getChange({ Id })).ChangeInfo?.Status === 'INSYNC')
}

async function sets(): Promise<ResourceRecordSet[]> {
  const { ResourceRecordSets = [] } = await client.listResourceRecordSets({
    HostedZoneId: zoneId,
    StartRecordName: name,
  })
  return ResourceRecordSets.filter(({ Name }) => Name === `${name}.`)
}

const steps = (): TestSteps => testSteps(cloud.context())
const addressOf = async (balancer: LoadBalancer): Promise<string[]> =>
  resolver.resolve4(balancer.kind === 'classic' ? balancer.dnsName : '')

/** Finds the record and switches it to green. */
async function toGreen(t: TestSteps, more: object = {}): Promise<FoundRecord> {
  const found = await dns.find(t, name)
  await dns.switch(t, found, {
    ...(found.target && { from: blue }),
    to: green,
    capacity: 3,
    ...more,
  })
  return found
}

describe('find', () => {
  test('gives the zone, the sets and the balancer', async () => {
    await put(alias(blue, 'A', 'dualstack.'))
    expect(await dns.find(steps(), name.toUpperCase())).toEqual({
      name,
      zoneId,
      nameServers: expect.arrayContaining(['ns-1.awsdns-01.com']),
      sets: [{ ...alias(blue), Name: `${name}.`, AliasTarget: expect.anything() }],
      target: {
        dnsName: blue.kind === 'classic' && blue.dnsName,
        zoneId: blue.kind === 'classic' && blue.zoneId,
      },
    })
  })

  test('gives no target where there is no record, and reads on over pages', async () => {
    const found = await dns.find(steps(), name)
    expect([found.sets, found.target, found.zoneId]).toEqual([[], undefined, zoneId])
    name = '*.example.test'
    await put(alias(blue))
    expect(await dns.find(steps(), '*.example.test')).toMatchObject({
      name: '*.example.test',
      sets: [{ Name: '\\052.example.test.' }],
    })
    await client.changeResourceRecordSets({
      HostedZoneId: zoneId,
      ChangeBatch: { Changes: [{ Action: 'DELETE', ResourceRecordSet: alias(blue) }] },
    })
  })

  test.each<[string, () => ResourceRecordSet[], RegExp]>([
    [
      'addresses',
      () => [{ Name: name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] }],
      /holds addresses/,
    ],
    ['weights', () => [{ ...alias(blue), SetIdentifier: 'a', Weight: 1 }], /is weighted/],
    [
      'another name',
      () => [{ Name: name, Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: 'example.org' }] }],
      /leads to example.org, which is no load balancer/,
    ],
    ['two balancers', () => [alias(blue), alias(green, 'AAAA')], /different balancers/],
  ])('refuses a record of %s', async (_, made, message) => {
    await put(...made())
    await expect(dns.find(steps(), name)).rejects.toMatchObject({
      code: 'E_RECORD_UNSUPPORTED',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    })
  })

  test.each<[string, () => Omit<ResourceRecordSet, 'Name'>]>([
    [
      'an alias of',
      () => ({
        Type: 'A',
        AliasTarget: { HostedZoneId: zoneId, DNSName: name, EvaluateTargetHealth: false },
      }),
    ],
    ['a CNAME to', () => ({ Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: name }] })],
  ])('refuses %s another record, and names that', async (what, made) => {
    await put(alias(blue))
    const other = `other-${name}`
    await put({ ...made(), Name: other })
    await expect(dns.find(steps(), other)).rejects.toMatchObject({
      code: 'E_RECORD_UNSUPPORTED',
      message: `${other} is ${what} another record, ${name}`,
      hint: `switch that one: name ${name}`,
    })
  })

  test('takes the longest public zone, and asks which of two is meant', async () => {
    const inner = await createZone('inner.example.test')
    expect((await dns.find(steps(), 'www.inner.example.test')).zoneId).toBe(inner)
    const twin = await createZone('inner.example.test', true)
    await expect(dns.find(steps(), 'www.inner.example.test')).rejects.toMatchObject({
      code: 'E_ZONE_AMBIGUOUS',
      message: expect.stringMatching(new RegExp(`${inner}|${twin}`)),
    })
    expect((await dns.find(steps(), 'www.inner.example.test', { zone: inner })).zoneId).toBe(inner)
    await expect(dns.find(steps(), 'www.example.org')).rejects.toMatchObject({ code: 'E_ZONE_NOT_FOUND' })
    for (const zone of ['ZNONE', inner])
      await expect(dns.find(steps(), name, { zone })).rejects.toMatchObject({ code: 'E_ZONE_NOT_FOUND' })
  })
})

test('a longer private zone is meant as well, where it has the name', async () => {
  await put(alias(blue))
  const hidden = await createZone(name, true)
  expect((await dns.find(steps(), name)).zoneId).toBe(zoneId)
  await client.changeResourceRecordSets({
    HostedZoneId: hidden,
    ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: alias(green) }] },
  })
  await expect(dns.find(steps(), name)).rejects.toMatchObject({
    code: 'E_ZONE_AMBIGUOUS',
    message: `${name} is in 2 hosted zones: ${hidden} (private ${name}), ${zoneId} (public example.test)`,
  })
  for (const zone of [hidden, zoneId]) expect((await dns.find(steps(), name, { zone })).zoneId).toBe(zone)
})

describe('switch', () => {
  test('points an alias at green, is seen in DNS, and goes back to exactly what was', async () => {
    await put(alias(blue, 'A', 'dualstack.'), alias(blue, 'AAAA', 'dualstack.'))
    const before = await sets()
    const t = steps()
    const found = await toGreen(t)
    expect(await resolver.resolve4(name)).toEqual(await addressOf(green))
    expect((await sets()).map(({ Type, AliasTarget }) => [Type, AliasTarget?.DNSName])).toEqual(
      ['A', 'AAAA'].map((type) => [type, `dualstack.${green.kind === 'classic' ? green.dnsName : ''}.`]),
    )
    expect(t.taken).toEqual([
      `find where ${name} leads`,
      `point ${name} at web-green`,
      `see the change of ${name} at all name servers`,
      `see ${name} lead to web-green`,
    ])
    await dns.resolves(t, found, green)
    const began = performance.now()
    expect(await t.undo()).toEqual([undefined])
    // The TTL of an alias has passed: 60 s, which are one here.
    expect(performance.now() - began).toBeGreaterThan(1000)
    expect(await sets()).toEqual(before)
    expect(await resolver.resolve4(name)).toEqual(await addressOf(blue))
    await expect(dns.resolves(t, found, green)).rejects.toMatchObject({ code: 'E_RECORD_CHANGED' })
  })

  test('creates a record where there was none, and takes it away again', async () => {
    const t = steps()
    await toGreen(t)
    expect(await resolver.resolve4(name)).toEqual(await addressOf(green))
    await t.undo()
    expect(await sets()).toEqual([])
    await expect(resolver.resolve4(name)).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  test('makes a CNAME an alias, also when the answers are lost both ways', async () => {
    await put(cname())
    const before = await sets()
    const t = steps()
    await cloud.lose('ChangeResourceRecordSets')
    const { target } = await toGreen(t)
    expect(target).toEqual({ dnsName: before[0]?.ResourceRecords?.[0]?.Value })
    expect((await sets()).map(({ Type }) => Type)).toEqual(['A'])
    await cloud.lose('ChangeResourceRecordSets')
    expect(await t.undo()).toEqual([undefined])
    expect(await sets()).toEqual(before)
  })

  test('says when resolvers have forgotten a CNAME: it is kept for longer than the addresses behind it', async () => {
    await put({ ...cname(), TTL: 3000 })
    const t = steps()
    const found = await dns.find(t, name)
    const began = Date.now()
    const { ttl, forgotten } = await dns.switch(t, found, { from: blue, to: green, capacity: 3 })
    expect(ttl).toBe(3000)
    expect(Date.parse(forgotten) - began).toBeGreaterThanOrEqual(3_000_000)
    expect(t.taken).toContain(`point ${name} at web-green, whose old record resolvers keep for 50m`)
  })

  test('switches a wildcard, and gives it back', async () => {
    name = `*.${name}`
    const aName = name.replace('*', 'any')
    await put(alias(blue))
    const t = steps()
    await toGreen(t)
    expect(await resolver.resolve4(aName)).toEqual(await addressOf(green))
    expect(await t.undo()).toEqual([undefined])
    expect(await resolver.resolve4(aName)).toEqual(await addressOf(blue))
  })

  test('asks again while another change is under way, and when it is asked too much', async () => {
    await put(alias(blue))
    const refusal = { operation: 'ChangeResourceRecordSets', kind: 'refuse', status: 400 }
    await cloud.fail(['PriorRequestNotComplete', 'Throttling'].map((code) => ({ ...refusal, code })))
    await toGreen(steps())
    expect(await resolver.resolve4(name)).toEqual(await addressOf(green))
  })

  test('does not touch what has changed since it was found', async () => {
    await put(alias(blue))
    const t = steps()
    const found = await dns.find(t, name)
    await put({ ...alias(blue), AliasTarget: alias(green).AliasTarget })
    const late = dns.switch(t, found, { from: blue, to: green, capacity: 3 })
    await expect(late).rejects.toMatchObject({ code: 'E_RECORD_CHANGED' })
  })

  test('leaves alone what somebody else has made of it since', async () => {
    await put(alias(blue))
    const t = steps()
    await toGreen(t)
    await put({ Name: name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.7' }] })
    expect(await t.undo()).toEqual([
      { leftAlone: expect.stringMatching(`the record ${name}: somebody has changed it.*192.0.2.7`) },
    ])
    expect((await sets())[0]?.ResourceRecords).toEqual([{ Value: '192.0.2.7' }])
  })

  test('does not let go of what somebody else has changed and left at green', async () => {
    await put(alias(blue))
    const t = steps()
    await toGreen(t)
    const tuned = alias(green)
    if (tuned.AliasTarget) tuned.AliasTarget.EvaluateTargetHealth = false
    await put(tuned)
    await expect(t.undo()).rejects.toMatchObject({
      code: 'E_RECORD_CHANGED',
      message: expect.stringMatching(`^${name} still leads to web-green`),
      hint: expect.stringMatching(/point it at web by hand/),
    })
    expect(await resolver.resolve4(name)).toEqual(await addressOf(green))
  })

  test('does not go back to a balancer that cannot serve', async () => {
    // The other way round: nothing is in service at web-green.
    await put(alias(green))
    const t = steps()
    const found = await dns.find(t, name)
    await dns.switch(t, found, { from: green, to: blue, capacity: 1, withinMs: 100 })
    await expect(t.undo()).rejects.toMatchObject({
      code: 'E_BLUE_UNHEALTHY',
      message: `${name} stays at web (3 in service): web-green has 0 of 1 in service`,
    })
    expect(await resolver.resolve4(name)).toEqual(await addressOf(blue))
  })

  test('goes back to fewer than there were, when they are no fewer than where it is', async () => {
    await put(alias(blue))
    const t = steps()
    await toGreen(t, { capacity: 5, withinMs: 100 })
    expect(await t.undo()).toEqual([undefined])
    expect(await resolver.resolve4(name)).toEqual(await addressOf(blue))
  })

  test('is found at each stage, and taken back twice', async () => {
    await put(alias(blue))
    const found = await dns.find(steps(), name)
    const c = cloud.context()
    const input = { found, from: blue, to: green, capacity: 3, nameServers: [], touches: ['group/green'] }
    const cc = { ...c, token: 'token', before: await pointRecord.before(input, c) }
    expect(await pointRecord.find(input, cc)).toEqual({ status: 'absent' })
    const output = await pointRecord.run(input, cc)
    expect(await pointRecord.find(input, cc)).toMatchObject({ status: 'done', output: { sets: output.sets } })
    expect(pointRecord.touches(input, output)).toEqual([`record/${name}`, 'group/green'])
    expect(pointRecord.leaves?.(input, output)).toEqual([`record ${name} at web-green`])
    await put({ ...alias(green), HealthCheckId: 'theirs' })
    expect(await pointRecord.find(input, cc)).toMatchObject({ status: 'unknown' })
    await put(alias(green))
    for (const _ of ['first', 'second'])
      expect(await pointRecord.undo(input, { ...cc, output })).toBeUndefined()
    expect((await dns.find(steps(), name)).target).toEqual(found.target)
  })

  test('does not begin with the wrong balancer, nor where no name server answers', async () => {
    await put(alias(blue))
    const found = await dns.find(steps(), name)
    for (const from of [{ from: green }, {}])
      await expect(dns.switch(steps(), found, { ...from, to: green, capacity: 3 })).rejects.toMatchObject({
        code: 'E_BALANCER_MISMATCH',
      })
    const c = cloud.context()
    const deaf = {
      ...c,
      environment: async (): Promise<void> => {
        await c.environment()
        process.env.VIRIDIAN_NAME_SERVERS = '127.0.0.1:1'
      },
    }
    const options = { from: blue, to: green, capacity: 3 }
    await expect(dns.switch(testSteps(deaf), found, options)).rejects.toMatchObject({
      code: 'E_NAME_SERVERS',
    })
    expect((await dns.find(steps(), name)).target).toEqual(found.target)
  })
})

describe('the names of a balancer', () => {
  async function balancerNamed(LoadBalancerName: string): Promise<ClassicLoadBalancer> {
    await cloud.elb.createLoadBalancer({
      LoadBalancerName,
      AvailabilityZones: ['eu-west-1a'],
      Listeners: [{ Protocol: 'TCP', LoadBalancerPort: 80, InstancePort: 2222 }],
    })
    const [balancer] = await readClassicBalancers(cloud.context(), [LoadBalancerName])
    if (!balancer) throw new Error('no balancer')
    return balancer
  }

  test('are told all at once, but the one that is switched', async () => {
    const shared = await balancerNamed('shared')
    await put(alias(shared), alias(shared, 'AAAA'))
    const www = await dns.find(steps(), name)
    const t = steps()
    await dns.unnamed(t, [shared], { without: www })
    expect(t.taken).toEqual(['see that no other name leads to shared'])
    const others = ['a', 'b'].map((label) => `${label}.${name}`)
    for (const Name of others) await put({ ...alias(shared), Name })
    // One that follows the switched name is no other.
    const follows = { HostedZoneId: zoneId, DNSName: name, EvaluateTargetHealth: false }
    await put({ Name: `c.${name}`, Type: 'A', AliasTarget: follows })
    await expect(dns.unnamed(steps(), [shared], { without: www })).rejects.toMatchObject({
      code: 'E_BALANCER_NAMED',
      message: `${others.join(', ')} lead to load balancer shared`,
      hint: `to be switched as well it has to follow ${name}: make it an alias of that, or a CNAME to it`,
    })
    const unmade = await dns.find(steps(), `new.${name}`)
    await expect(dns.unnamed(steps(), [shared], { without: unmade })).rejects.toMatchObject({
      message: expect.stringMatching(`^${name}, a.${name}, .* lead to`),
      hint: expect.stringMatching(`switch one that leads there in place of new.${name}`),
    })
    // The same name in another zone is another record.
    const hidden = await createZone(name, true)
    await expect(
      dns.unnamed(steps(), [shared], { without: { ...www, zoneId: hidden } }),
    ).rejects.toMatchObject({ message: expect.stringMatching(`^${name}, a.`) })
  })

  test('are found in every zone, aliases and CNAMEs, however they are routed', async () => {
    const balancer = await balancerNamed('named')
    await dns.unnamed(steps(), [balancer])
    const HostedZoneId = await createZone('hidden.test', true)
    const Name = 'inner.hidden.test'
    const records: ResourceRecordSet[] = [
      { ...alias(balancer, 'AAAA', 'dualstack.'), Name },
      { Name, Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: balancer.dnsName.toUpperCase() }] },
      { ...alias(balancer), Name, SetIdentifier: 'one', Weight: 0 },
    ]
    for (const ResourceRecordSet of records) {
      const change = async (Action: 'CREATE' | 'DELETE'): Promise<unknown> =>
        client.changeResourceRecordSets({
          HostedZoneId,
          ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] },
        })
      await change('CREATE')
      await expect(dns.unnamed(steps(), [balancer])).rejects.toMatchObject({
        code: 'E_BALANCER_NAMED',
        message: 'inner.hidden.test leads to load balancer named',
      })
      await change('DELETE')
    }
    await dns.unnamed(steps(), [balancer])
  })
})
